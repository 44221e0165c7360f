#![forbid(unsafe_code)]

fn main() {
    servescope::web::start();
}
