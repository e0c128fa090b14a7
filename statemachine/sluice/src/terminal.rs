//! What is printed, for people or for machines; colours and progress, both only where there is a terminal.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
pub(crate) use contract::wording::count;
use contract::wording::is_invisible;
use indicatif::{ProgressBar, ProgressStyle};

/// For people or for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    Text,
    /// For machines: JSON, one object a line where there are several.
    Json,
}

/// Good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Something to look at.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Bad news.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Less important.
pub(crate) const DIM: Style = AnsiColor::BrightBlack.on_default();

/// Text in a style; `anstream` drops the style where the output is not a terminal.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints a line, or several. Whoever reads may have seen enough, as in `sluice executions | head`:
/// that is no error.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Text as a terminal can bear it: control characters and marks of direction, which a hostile file
/// may hold, are escaped.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let escaped = is_invisible(character);
            let plain = (!escaped).then_some(character);
            escaped.then(|| character.escape_unicode()).into_iter().flatten().chain(plain)
        })
        .collect()
}

/// [`safe`], of a message of our own that may have several lines.
pub(crate) fn safe_lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// A line on standard error that tells what is being done; nothing where that is not a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Progress of unknown length.
    pub(crate) fn spinner(name: &str) -> Self {
        let bar = if io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(safe(name));
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Progress through so many bytes.
    pub(crate) fn bytes(name: &str, total_bytes: u64) -> Self {
        let progress = Self::spinner(name);
        progress.0.set_length(total_bytes);
        let template = "{spinner} {prefix}  {bytes}/{total_bytes}  {bytes_per_sec}  {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            progress.0.set_style(style);
        }
        progress
    }

    /// Says what is being done now.
    pub(crate) fn doing(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// Says how many bytes are done.
    pub(crate) fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

/// A duration as people say it.
pub(crate) fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{:.1} s", milliseconds as f64 / 1_000.0),
        _ => format!("{} min {} s", milliseconds / 60_000, milliseconds / 1_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(safe("a\u{1b}[31mb\n\u{202e}é"), "a\\u{1b}[31mb\\u{a}\\u{202e}é");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!([12, 1_250, 125_000].map(duration), ["12 ms", "1.2 s", "2 min 5 s"]);
    }
}
