//! What can happen to a line.

use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Debug, Clone)]
pub enum Damage {
    CutAfter(Index),
    CutBefore(Index),
    Replace(Index, char),
    Insert(Index, String),
    Whole(String),
}

pub fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::CutAfter),
        any::<Index>().prop_map(Damage::CutBefore),
        (any::<Index>(), any::<char>()).prop_map(|(at, char)| Damage::Replace(at, char)),
        (any::<Index>(), "[ -~]{1,8}").prop_map(|(at, text)| Damage::Insert(at, text)),
        "[ -~]{0,60}".prop_map(Damage::Whole),
    ]
}

pub fn apply(line: &str, damage: &Damage) -> String {
    let chars: Vec<char> = line.chars().collect();
    let text = |chars: &[char]| chars.iter().collect::<String>();
    match damage {
        Damage::CutAfter(at) => text(&chars[..at.index(chars.len() + 1)]),
        Damage::CutBefore(at) => text(&chars[at.index(chars.len() + 1)..]),
        Damage::Replace(at, _) if chars.is_empty() => text(&chars[..at.index(1)]),
        Damage::Replace(at, char) => {
            let mut chars = chars.clone();
            let at = at.index(chars.len());
            chars[at] = *char;
            text(&chars)
        }
        Damage::Insert(at, what) => {
            let (before, after) = chars.split_at(at.index(chars.len() + 1));
            text(before) + what + &text(after)
        }
        Damage::Whole(what) => what.clone(),
    }
    .replace(['\n', '\r'], " ")
}
