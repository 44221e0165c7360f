//! Texts on their way in, piece by piece, so that the page hears how far the reading has come and can give it up.

use super::words;
use super::{Incoming, Reply, Session};
use crate::exposition::{Parsed, Reader, parse_owned};
use crate::protocol::{Arriving, Message, Origin, Progress, Update};
use crate::request::analyze_json;

/// What the pieces that come in are of.
#[derive(Debug, Default)]
pub(super) enum Receiving {
    #[default]
    Nothing,
    Texts(Box<Texts>),
    /// A request in JSON.
    Request {
        id: u32,
        bytes: Vec<u8>,
    },
}

#[derive(Debug)]
pub(super) struct Texts {
    waiting: std::vec::IntoIter<Arriving>,
    current: Option<Text>,
    arrived: Vec<Incoming>,
    /// Why the last of those that could not be read could not.
    unread: Option<String>,
    is_fetched: bool,
    progress: Progress,
}

#[derive(Debug)]
struct Text {
    is: Arriving,
    content: Content,
    bytes: usize,
}

/// A text that comes in one piece is read where it is, without a copy.
#[derive(Debug, Default)]
enum Content {
    #[default]
    Empty,
    Whole(Vec<u8>),
    Pieces(Box<Reader>),
}

/// From here on it is worth telling how far the reading has come.
const LONG: u64 = 8_000_000;
const GZIP: &[u8] = &[0x1f, 0x8b];

impl Receiving {
    pub(super) fn texts(texts: Vec<Arriving>) -> Self {
        let progress = Progress { read: 0, total: texts.iter().map(|text| text.bytes).sum() };
        let is_fetched = texts.iter().any(|text| text.origin == Origin::Fetched);
        let mut waiting = texts.into_iter();
        let current = waiting.next().map(Text::new);
        Receiving::Texts(Box::new(Texts { waiting, current, arrived: Vec::new(), unread: None, is_fetched, progress }))
    }

    pub(super) fn request(id: u32) -> Self {
        Receiving::Request { id, bytes: Vec::new() }
    }
}

impl Session {
    /// Takes the next piece of what is being received. No reply when nobody wants the rest of this text.
    pub fn receive(&mut self, piece: Vec<u8>) -> Option<Reply> {
        match &mut self.receiving {
            Receiving::Nothing => None,
            Receiving::Request { bytes, .. } => {
                bytes.extend(piece);
                Some(Reply::default())
            }
            Receiving::Texts(texts) => texts.receive(piece),
        }
    }

    /// The text that is being received has ended. `is_read` is false when the browser could not read it.
    pub fn end_of_text(&mut self, is_read: bool) -> Reply {
        if let Receiving::Texts(texts) = &mut self.receiving {
            texts.end(is_read);
            if texts.current.is_some() {
                return texts.told().into();
            }
        }
        match std::mem::take(&mut self.receiving) {
            Receiving::Nothing => Reply::default(),
            Receiving::Request { id, bytes } => {
                let answer = analyze_json(&String::from_utf8_lossy(&bytes));
                Reply { updates: vec![Update::Answered { id }], beside: Some(answer) }
            }
            Receiving::Texts(texts) => self.load(*texts).into(),
        }
    }

    fn load(&mut self, texts: Texts) -> Vec<Update> {
        let nothing_came = texts.arrived.is_empty();
        if !nothing_came {
            self.accept(texts.arrived);
        }
        if let Some(sentence) = texts.unread.filter(|_| nothing_came || self.message.is_none()) {
            self.say(sentence, None);
        }
        let fetched = texts.is_fetched.then(|| match self.take_rejection() {
            Some(Message::Rejected { sentence, hint, excerpt, .. }) => {
                let first_line = excerpt.iter().map(|(_, line)| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
                Update::NotMetrics { sentence, hint, first_line: first_line.chars().take(120).collect() }
            }
            _ => Update::Fetched,
        });
        let mut updates = self.everything();
        updates.extend(fetched);
        updates.push(Update::Reading(None));
        updates
    }
}

impl Texts {
    fn receive(&mut self, piece: Vec<u8>) -> Option<Reply> {
        let text = self.current.as_mut()?;
        if text.bytes == 0 && piece.starts_with(GZIP) {
            self.unread = Some(words::gzip(&text.is.name));
            text.bytes = 0;
            text.content = Content::Empty;
            self.current = None;
            return None;
        }
        self.progress.read += piece.len() as u64;
        text.push(piece);
        Some(self.told().into())
    }

    fn end(&mut self, is_read: bool) {
        match self.current.take() {
            Some(text) if is_read => self.arrived.push(text.finish()),
            Some(text) => self.unread = Some(words::unreadable(&text.is.name)),
            None => {} // refused at its first piece
        }
        self.current = self.waiting.next().map(Text::new);
    }

    fn told(&self) -> Vec<Update> {
        if self.progress.total < LONG { Vec::new() } else { vec![Update::Reading(Some(self.progress))] }
    }
}

impl Text {
    fn new(is: Arriving) -> Self {
        Text { is, content: Content::Empty, bytes: 0 }
    }

    fn push(&mut self, piece: Vec<u8>) {
        self.bytes += piece.len();
        self.content = match std::mem::take(&mut self.content) {
            Content::Empty => Content::Whole(piece),
            Content::Whole(first) => {
                let mut reader = Box::new(Reader::new());
                reader.push(&first);
                reader.push(&piece);
                Content::Pieces(reader)
            }
            Content::Pieces(mut reader) => {
                reader.push(&piece);
                Content::Pieces(reader)
            }
        };
    }

    fn finish(self) -> Incoming {
        let parsed: Parsed = match self.content {
            Content::Empty => parse_owned(Vec::new()),
            Content::Whole(bytes) => parse_owned(bytes),
            Content::Pieces(reader) => reader.finish(),
        };
        let Arriving { name, at, origin, .. } = self.is;
        Incoming { name, at, origin, bytes: self.bytes, parsed }
    }
}
