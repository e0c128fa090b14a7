//! The first phase of reading: where the record ends.

use memchr::{memchr, memchr2, memchr2_iter, memchr3};

use super::syntax::Syntax;

/// Why a record could not be read as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The record would end beyond the bound, or not before the file does: a quote that was opened
    /// in its first line is not closed there. Only that line is the record.
    UnclosedQuote,
    /// The line alone is longer than the bound. It comes in pieces.
    TooLong,
}

/// Where a record or a piece of one ends in the buffer, and what was seen on the way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) end: usize,
    /// Length of the terminator.
    pub(super) terminator: usize,
    pub(super) flaw: Option<Flaw>,
    pub(super) continues: bool,
    pub(super) has_quotes: bool,
    /// Whether there are line breaks before `end`.
    pub(super) has_breaks: bool,
}

/// The scan of one record, which may wait for more bytes and go on. All positions are in the buffer.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Whether a record's scan is under way.
    active: bool,
    state: State,
    has_quotes: bool,
    /// The first line break inside quotes.
    first_break: Option<usize>,
    /// How far the last scan came that found no end.
    ///
    /// That scan was inside quotes at each line break that it met, or it would have ended there. A
    /// later scan that is inside quotes at one of these breaks is in the same state as the failed
    /// one was, so it can go on from where that one stopped. Without this, a file in which every
    /// line opens a quote would be read once for each line.
    failed: Option<State>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// The next byte to look at.
    position: usize,
    quoted: bool,
}

impl Scan {
    /// The buffer has lost its first `by` bytes.
    pub(super) fn shift(&mut self, by: usize) {
        self.state.position = self.state.position.saturating_sub(by);
        if let Some(first_break) = &mut self.first_break {
            *first_break = first_break.saturating_sub(by);
        }
        self.failed = self.failed.and_then(|failed| {
            Some(State { position: failed.position.checked_sub(by)?, ..failed })
        });
    }

    /// The end of the record that begins at `start`; `None` if that needs more bytes.
    ///
    /// What is decided depends on `start` and the bytes alone, never on how many have arrived.
    pub(super) fn find(
        &mut self,
        buffer: &[u8],
        start: usize,
        finished: bool,
        syntax: Syntax,
        max: usize,
    ) -> Option<Found> {
        if !self.active {
            self.active = true;
            self.state = State { position: start, quoted: false };
            self.has_quotes = false;
            self.first_break = None;
        }
        let bound = start + max + 1;
        let window = &buffer[..buffer.len().min(bound)];
        let found = match self.walk(window, start, syntax) {
            Some(end) => Found {
                end,
                terminator: terminator(buffer, end, finished)?,
                has_quotes: self.has_quotes,
                has_breaks: self.first_break.is_some(),
                ..Found::default()
            },
            None if window.len() < bound && !finished => return None,
            None if window.len() < bound && !self.is_open(window) => Found {
                end: window.len(),
                has_quotes: self.has_quotes,
                has_breaks: self.first_break.is_some(),
                ..Found::default()
            },
            None => self.give_up(buffer, start, finished, max)?,
        };
        self.active = false;
        Some(found)
    }

    /// Walks to the record's terminator, or as far as the window allows.
    fn walk(&mut self, window: &[u8], start: usize, syntax: Syntax) -> Option<usize> {
        let Syntax { delimiter, quote, .. } = syntax;
        let mut state = self.state;
        let end = loop {
            let rest = &window[state.position.min(window.len())..];
            if !state.quoted {
                let Some(found) = memchr3(quote, b'\n', b'\r', rest) else {
                    state.position = window.len();
                    break None;
                };
                let at = state.position + found;
                if window[at] != quote {
                    state.position = at;
                    break Some(at);
                }
                self.has_quotes = true;
                // Outside quotes the byte before is no part of a quoted cell, so a delimiter there
                // is one.
                state.quoted = at == start || window[at - 1] == delimiter;
                state.position = at + 1;
                continue;
            }
            let found = match self.first_break {
                Some(_) => memchr(quote, rest),
                None => memchr3(quote, b'\n', b'\r', rest),
            };
            let Some(found) = found else {
                state.position = window.len();
                break None;
            };
            let at = state.position + found;
            if window[at] != quote {
                self.first_break = Some(at);
                state.position = at + 1;
                if let Some(failed) = self.failed.filter(|failed| failed.position > at) {
                    state = failed;
                }
                continue;
            }
            match window.get(at + 1) {
                None => {
                    // Closing or doubled: the next byte decides.
                    state.position = at;
                    break None;
                }
                Some(next) if *next == quote => state.position = at + 2,
                Some(_) => {
                    state.quoted = false;
                    state.position = at + 1;
                }
            }
        };
        self.state = state;
        end
    }

    /// Whether the file, which ends with the window, ends inside quotes.
    fn is_open(&self, window: &[u8]) -> bool {
        // A quote that waits for the next byte is a closing one: there is no next byte.
        self.state.quoted && self.state.position >= window.len()
    }

    /// What the record is if it has no end.
    fn give_up(
        &mut self,
        buffer: &[u8],
        start: usize,
        finished: bool,
        max: usize,
    ) -> Option<Found> {
        if let Some(end) = self.first_break {
            let terminator = terminator(buffer, end, finished)?;
            self.failed = Some(self.state);
            let flaw = Some(Flaw::UnclosedQuote);
            return Some(Found { end, terminator, flaw, ..Found::default() });
        }
        if buffer.len() - start <= max {
            let flaw = Some(Flaw::UnclosedQuote);
            return Some(Found { end: buffer.len(), flaw, ..Found::default() });
        }
        let flaw = Some(Flaw::TooLong);
        Some(Found { end: start + max, flaw, continues: true, ..Found::default() })
    }
}

/// The next piece, at `start`, of a line beyond the bound: to the line's end or of `max` bytes.
pub(super) fn piece(buffer: &[u8], start: usize, finished: bool, max: usize) -> Option<Found> {
    let bound = start + max + 1;
    let window = &buffer[start..buffer.len().min(bound)];
    if let Some(found) = memchr2(b'\n', b'\r', window) {
        let end = start + found;
        let terminator = terminator(buffer, end, finished)?;
        return Some(Found { end, terminator, ..Found::default() });
    }
    if buffer.len() >= bound {
        return Some(Found { end: start + max, continues: true, ..Found::default() });
    }
    finished.then(|| Found { end: buffer.len(), ..Found::default() })
}

/// The length of the terminator at `at`; `None` after a CR that may be followed by its LF.
fn terminator(buffer: &[u8], at: usize, finished: bool) -> Option<usize> {
    match (buffer.get(at), buffer.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(2),
        (Some(b'\r'), None) if !finished => None,
        _ => Some(1),
    }
}

/// How many line breaks there are: LF, CRLF and lone CR.
pub(super) fn count_breaks(bytes: &[u8]) -> u64 {
    memchr2_iter(b'\n', b'\r', bytes)
        .filter(|at| bytes[*at] == b'\r' || *at == 0 || bytes[at - 1] != b'\r')
        .fold(0, |count, _| count + 1)
}
