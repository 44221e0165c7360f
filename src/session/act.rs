//! What clicks and fields do. The words are those on the elements of [`crate::view`].

use super::{Session, Undo};
use crate::entry::{Row, spell};
use crate::report::SloStatusView;
use crate::view::read_lines;
use crate::view::words::notice as words;

impl Session {
    /// Does what was clicked. False when the word is not of the session but of the page around it.
    pub fn act(&mut self, action: &str) -> bool {
        let (verb, object) = action.split_once(' ').unwrap_or((action, ""));
        let id = object.parse::<u32>().ok();
        match (verb, id) {
            ("remove", Some(id)) => {
                self.raw.leave();
                self.loaded.remove(id);
                self.analyse();
            }
            ("time", Some(id)) => self.editing = if self.editing == Some(id) { None } else { Some(id) },
            ("time-done", _) => self.editing = None,
            ("confirm-times", _) => {
                self.loaded.dataset.confirm_times();
                self.analyse();
            }
            ("clear", _) => {
                let before = self.loaded.take();
                self.raw.leave();
                self.analyse();
                self.say(words::CLEARED.to_owned(), Some(Undo::Restore(before)));
            }
            ("undo", _) => self.bring_back(),
            ("dismiss", _) => {
                self.message = None;
                self.undo = None;
            }
            ("edit-targets", _) => {
                let statuses = self.report().map(|report| report.slo_statuses.as_slice()).unwrap_or_default();
                self.settings.rows = Some(rows_of(statuses));
                self.check();
            }
            ("add-target", _) => {
                let rows = self.settings.rows.get_or_insert_default();
                let id = rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
                rows.push(Row { id, metric: String::new(), comparison: "<=".to_owned(), value: String::new() });
                self.check();
            }
            ("remove-target", Some(id)) => {
                self.settings.rows.iter_mut().for_each(|rows| rows.retain(|row| row.id != id));
                self.check();
            }
            ("drop-targets", _) => {
                self.settings.rows = None;
                self.check();
            }
            ("lines", _) => {
                let (text, lines) = object.split_once(' ').unwrap_or((object, ""));
                self.raw.jump(text.parse().unwrap_or(usize::MAX), read_lines(lines));
            }
            ("by-family", _) => self.raw.order(false),
            ("as-text", _) => self.raw.order(true),
            ("back", _) => self.raw.leave(),
            _ => return false,
        }
        true
    }

    /// Takes what a field holds. False when the field is not of the session but of the page around it.
    pub fn fill(&mut self, field: &str, value: &str) -> bool {
        let settings = &mut self.settings;
        let mut path = field.split('.');
        match (path.next(), path.next(), path.next()) {
            (Some("backend"), ..) => settings.backend = value.to_owned(),
            // A preset takes the place of targets that were typed; they can be edited from there again.
            (Some("preset"), ..) => {
                settings.rows = None;
                settings.preset = value.to_owned();
            }
            (Some("profile"), ..) => settings.profile = value.to_owned(),
            (Some("score"), ..) => settings.score = value.to_owned(),
            (Some("instance"), ..) => settings.instance = value.trim().to_owned(),
            (Some("threshold"), Some(name), _) => {
                settings.thresholds.insert(name.to_owned(), value.to_owned());
            }
            (Some("row"), Some(id), Some(column)) => {
                let id = id.parse::<u32>().ok();
                for row in settings.rows.iter_mut().flatten().filter(|row| Some(row.id) == id) {
                    let cell = match column {
                        "metric" => &mut row.metric,
                        "comparison" => &mut row.comparison,
                        _ => &mut row.value,
                    };
                    value.clone_into(cell);
                }
            }
            // The page has turned what its field holds into Unix seconds; what cannot be read is no time.
            (Some("time"), Some(id), _) => {
                if let Ok(id) = id.parse() {
                    self.loaded.set_time(id, value.parse().ok());
                    self.analyse();
                }
                return true;
            }
            (Some("search"), ..) => {
                self.raw.search(value);
                return true;
            }
            (Some("which"), ..) => {
                self.raw.choose(value.parse().unwrap_or(usize::MAX));
                return true;
            }
            _ => return false,
        }
        self.check();
        true
    }

    /// Says something about texts that did not reach the session.
    pub fn tell(&mut self, sentence: &str) {
        self.say(sentence.to_owned(), None);
    }

    /// Says that the file could not be read, unless there is something to say already.
    pub fn tell_unread(&mut self, sentence: &str) {
        if self.message.is_none() {
            self.tell(sentence);
        }
    }

    /// Brings the earlier texts back; what replaced them can be brought back in turn.
    fn bring_back(&mut self) {
        let Some(undo) = self.undo.take() else { return };
        self.raw.leave();
        self.focus = None;
        match undo {
            Undo::Remove(ids) => {
                ids.into_iter().for_each(|id| self.loaded.remove(id));
                self.analyse();
                self.message = None;
            }
            Undo::Restore(before) => {
                let replaced = self.loaded.swap(before);
                self.analyse();
                if replaced.is_empty() {
                    self.message = None;
                } else {
                    self.say(words::replaced(words::EARLIER), Some(Undo::Restore(replaced)));
                }
            }
        }
    }
}

fn rows_of(statuses: &[SloStatusView]) -> Vec<Row> {
    let row = |(id, status): (u32, &SloStatusView)| Row {
        id,
        metric: status.target.metric.clone(),
        comparison: status.target.comparison.clone(),
        value: spell(status.target.target_value, status.unit),
    };
    (0..).zip(statuses).map(row).collect()
}
