//! The address of a `/metrics` page as people type it: `gpu-7:8000` is enough.

/// Where a host is, as browsers judge it by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// `localhost`, `127.…`, `[::1]`: exempt from mixed-content blocking in most browsers.
    Loopback,
    /// A private range, `.local`, or a bare name.
    Private,
    Public,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub url: String,
    pub secure: bool,
    pub reach: Reach,
}

/// Completes an address: `http://` without a scheme, `/metrics` without a path.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn address(text: &str) -> Result<Address, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Type the address of a server, such as gpu-7:8000.".to_owned());
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("An address has no spaces in it.".to_owned());
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("http".to_owned(), text),
    };
    if scheme != "http" && scheme != "https" {
        return Err(format!("A browser can fetch http and https, not “{scheme}”."));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if authority.contains('@') {
        return Err(
            "Leave the user name and password out: browsers refuse to fetch such an address. Use curl -u and paste its output.".to_owned()
        );
    }
    let host = host(authority)?;
    let path = path.split('#').next().unwrap_or("");
    let path = match path {
        "" | "/" => "/metrics",
        path => path,
    };
    let slash = if path.starts_with('?') { "/metrics" } else { "" };
    Ok(Address { url: format!("{scheme}://{authority}{slash}{path}"), secure: scheme == "https", reach: reach(&host) })
}

fn host(authority: &str) -> Result<String, String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']').ok_or("The address has a “[” without “]”.")?;
            (inside, after.strip_prefix(':').or(after.is_empty().then_some("80")))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, Some("80")),
        },
    };
    if host.is_empty() {
        return Err("The host name is missing.".to_owned());
    }
    match port.map(str::parse::<u16>) {
        Some(Ok(port)) if port > 0 => Ok(host.to_ascii_lowercase()),
        _ => Err("The port is a number between 1 and 65535.".to_owned()),
    }
}

fn reach(host: &str) -> Reach {
    if host == "localhost" || host.ends_with(".localhost") || host == "::1" {
        return Reach::Loopback;
    }
    let octets: Vec<u8> = host.split('.').map_while(|part| part.parse().ok()).collect();
    if octets.len() == 4 && host.split('.').count() == 4 {
        return match octets.as_slice() {
            [127, ..] => Reach::Loopback,
            [10, ..] | [192, 168, ..] | [169, 254, ..] => Reach::Private,
            [172, second, ..] if (16..=31).contains(second) => Reach::Private,
            [100, second, ..] if (64..=127).contains(second) => Reach::Private,
            _ => Reach::Public,
        };
    }
    let v6_private = host.contains(':') && (host.starts_with("fc") || host.starts_with("fd") || host.starts_with("fe80"));
    let name_private =
        !host.contains(':') && (!host.contains('.') || [".local", ".internal", ".lan", ".home.arpa"].iter().any(|end| host.ends_with(end)));
    if v6_private || name_private { Reach::Private } else { Reach::Public }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_are_enough() {
        for (typed, url) in [
            ("gpu-7:8000", "http://gpu-7:8000/metrics"),
            ("localhost:30000/", "http://localhost:30000/metrics"),
            ("https://x.example/api/metrics?name=a", "https://x.example/api/metrics?name=a"),
            ("HTTP://X:80", "http://X:80/metrics"),
            ("[::1]:8000", "http://[::1]:8000/metrics"),
            ("x.example?match[]=up", "http://x.example/metrics?match[]=up"),
            ("x.example/metrics#top", "http://x.example/metrics"),
        ] {
            assert_eq!(address(typed).map(|address| address.url), Ok(url.to_owned()), "{typed}");
        }
    }

    #[test]
    fn a_wrong_address_is_answered_with_a_reason() {
        for typed in
            ["", "two words", "ftp://x/metrics", "http://", "http://:8000", "x:port", "x:0", "x:70000", "http://me:secret@x/", "[::1:8000"]
        {
            assert!(address(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn reach_follows_the_name() {
        let reach = |typed| address(typed).map(|address| address.reach);
        for typed in ["localhost:8000", "127.0.0.1:8000", "127.8.9.1", "[::1]:8000"] {
            assert_eq!(reach(typed), Ok(Reach::Loopback), "{typed}");
        }
        for typed in ["10.0.0.3:8000", "172.20.1.1", "192.168.1.2", "100.64.0.9", "gpu-7:8000", "box.local", "[fd00::1]:8000"] {
            assert_eq!(reach(typed), Ok(Reach::Private), "{typed}");
        }
        for typed in ["8.8.8.8", "172.40.1.1", "metrics.example.com", "[2001:db8::1]"] {
            assert_eq!(reach(typed), Ok(Reach::Public), "{typed}");
        }
    }
}
