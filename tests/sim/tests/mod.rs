mod exposition;
mod labels;
mod physics;
mod reader;
