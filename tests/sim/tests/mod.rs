mod as_run;
mod exposition;
mod labels;
mod physics;
mod reader;
