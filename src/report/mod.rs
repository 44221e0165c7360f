//! The report: everything that any surface may show, and its JSON contract.
