//! Rows of the mapping tables: one quantity, and where it stands in the server's own families.

use super::Select;
use crate::signal::Version;

/// A quantity and its native spellings.
pub(in crate::backend) struct Row<Q: 'static> {
    pub to: Q,
    pub from: &'static [Native],
    pub combine: Combine,
    pub absent: Absent,
}

/// One native spelling, without the prefix.
#[derive(Debug, Clone, Copy)]
pub(in crate::backend) struct Native {
    pub name: &'static str,
    pub select: &'static [Select],
    /// Factor to the vocabulary's unit.
    pub scale: f64,
}

/// How several native spellings of one quantity go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backend) enum Combine {
    /// Names that the quantity had over the releases; some releases export two of them side by side. The first with data is read.
    Alias,
    /// Parts of the quantity that are added up.
    Parts,
}

/// What it means when no series is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backend) enum Absent {
    /// Nothing is known.
    Unknown,
    /// Zero: the server creates the series at its first event.
    Zero,
    /// Zero when this family is there, which carries or accompanies the series.
    ZeroBeside(&'static str),
    /// Zero behind Ray Serve, which never exposes a counter that stayed at zero.
    ZeroThroughRay,
    /// Zero in releases that have the family, which they create at the first event.
    ZeroSince(Version),
}

pub(in crate::backend) const fn native(name: &'static str) -> Native {
    Native { name, select: &[], scale: 1.0 }
}

impl Native {
    pub const fn with(self, select: &'static [Select]) -> Native {
        Native { select, ..self }
    }

    pub const fn scaled(self, scale: f64) -> Native {
        Native { scale, ..self }
    }
}

impl<Q> Row<Q> {
    pub const fn alias(to: Q, from: &'static [Native]) -> Row<Q> {
        Row { to, from, combine: Combine::Alias, absent: Absent::Unknown }
    }

    pub const fn parts(to: Q, from: &'static [Native]) -> Row<Q> {
        Row { to, from, combine: Combine::Parts, absent: Absent::Unknown }
    }
}

impl<Q: Copy> Row<Q> {
    pub const fn absent(self, absent: Absent) -> Row<Q> {
        Row { to: self.to, from: self.from, combine: self.combine, absent }
    }
}
