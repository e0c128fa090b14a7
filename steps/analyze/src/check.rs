//! The check of every number in every text against the facts.
//!
//! # What it does
//! A text is cut into sentences. In each, the known names are found (groups, segments, periods,
//! columns), and every number outside of them is looked up in the facts:
//!
//! - A number about a group counts only where the sentence names that group, a number about a pair or
//!   about a group within a segment only where it names both. A sentence that names no group is about
//!   those of the sentence before it. A statement that the contract asks of one segment names that
//!   segment by being made. Totals count everywhere, of whatever they are. A number about a column
//!   (how complete it is, how often it was rejected, how many values it has and how many records have
//!   none of the listed ones) counts only where the statement names the column.
//! - A number matches a fact that it equals at the digits that are shown: half a unit of the last of
//!   them is the tolerance, so `899` and `899.3` both match 899.25, and `900` does not.
//! - A percentage matches shares only, an amount with a currency matches values of measures only, a
//!   rank (`2nd`, `#2`) matches the rank of a named group, `top 3` is right up to the longest list of
//!   the facts, and shares and scores need a decimal to match a plain number. Dates match dates.
//! - Beside the facts themselves stand a few numbers that follow from them: the complement of a share,
//!   the share of the groups that are not listed, of each sentiment, of a segment in a measure's sum,
//!   ranks, and the bounds of segments in the contract.
//! - A number within a name, or within a quotation of a quote of the facts, is not a claim.
//!
//! # What it proves
//! That each number was computed, about something that the sentence names. It does not prove that
//! the sentence says the right thing about it: which of two named groups a number belongs to, what it
//! measures, or that `most` is most. The last is checked apart, by [`Book::names_leaders`]: a statement
//! about the leading groups must name them. Words of proportion (`half`, `twice`) are not numbers.

mod book;
mod label;
mod lookup;
mod matching;
mod names;
mod token;

pub(crate) use book::{Book, part, share_of_sum};
pub(crate) use label::{column_label, group_label, moment_label, segment_label};
pub(crate) use lookup::Leaders;
