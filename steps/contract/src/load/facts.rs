//! Reads `sluice.facts`.

use std::collections::HashSet;
use std::hash::Hash;

use super::names::Names;
use crate::extension::{
    Bin, Dimension, DimensionIndex, FactsPlan, FreeText, Measure, Period, TimeAxis, Upper,
};
use crate::field_type::FieldType;
use crate::json::{Json, Node, Object};
use crate::number::Number;
use crate::problem::Problems;

const KEYS: [&str; 6] = ["dimensions", "pairs", "measures", "time", "text", "topN"];
const MOST_TOP: usize = 100;

/// `None`, or a plan without what could not be read, if there were problems.
pub(super) fn read(
    node: &Node<'_>,
    names: &Names<'_>,
    problems: &mut Problems,
) -> Option<FactsPlan> {
    let object = node.object(problems)?;
    object.only(&KEYS, "property of `facts`", problems);
    let dimensions =
        items(&object, "dimensions", problems, |node, problems| dimension(node, names, problems));
    let measures =
        items(&object, "measures", problems, |node, problems| measure(node, names, problems));
    let time = object.get("time").and_then(|node| time(&node, names, problems));
    let top_n = match object.get("topN") {
        Some(node) => match node.count(problems)? {
            count @ 1..=MOST_TOP => count,
            _ => problems.none(&node.path, format!("must be from 1 to {MOST_TOP}"))?,
        },
        None => FactsPlan::default().top_n,
    };
    let dimensions = dimensions?;
    once(&object, "dimensions", dimensions.iter().map(|dimension| dimension.field), problems);
    let pairs = items(&object, "pairs", problems, |node, problems| {
        pair(node, names, &dimensions, problems)
    });
    let text = object.get("text").and_then(|node| text(&node, names, &dimensions, problems));
    let measures = measures?;
    once(&object, "measures", measures.iter().map(|measure| measure.field), problems);
    Some(FactsPlan { dimensions, pairs: pairs?, measures, time, text, top_n })
}

/// What an array holds that need not be there.
pub(super) fn items<'j, T>(
    object: &Object<'j>,
    key: &str,
    problems: &mut Problems,
    read: impl FnMut(&Node<'j>, &mut Problems) -> Option<T>,
) -> Option<Vec<T>> {
    match object.get(key) {
        Some(node) => node.each(problems, read),
        None => Some(Vec::new()),
    }
}

/// Refuses an item of the array `key` that equals one before it.
fn once<T: Eq + Hash>(
    object: &Object<'_>,
    key: &str,
    items: impl Iterator<Item = T>,
    problems: &mut Problems,
) {
    let mut seen = HashSet::new();
    for (index, item) in items.enumerate() {
        if !seen.insert(item) {
            problems.add(&object.path.key(key).item(index), "is there twice");
        }
    }
}
fn dimension(node: &Node<'_>, names: &Names<'_>, problems: &mut Problems) -> Option<Dimension> {
    if let Json::String(_) = node.json {
        return Some(Dimension { field: names.index(node, problems)?, within: None });
    }
    let object = node.object(problems)?;
    object.only(&["field", "within"], "property of a dimension", problems);
    let field = names.index(&object.required("field", problems)?, problems)?;
    let Some(node) = object.get("within") else { return Some(Dimension { field, within: None }) };
    let within = names.index(&node, problems)?;
    if within == field {
        problems.add(&node.path, "must be another field");
    }
    Some(Dimension { field, within: Some(within) })
}

/// The index of the dimension whose field the node names.
pub(super) fn dimension_index(
    node: &Node<'_>,
    names: &Names<'_>,
    dimensions: &[Dimension],
    problems: &mut Problems,
) -> Option<DimensionIndex> {
    let field = names.index(node, problems)?;
    dimensions
        .iter()
        .position(|dimension| dimension.field == field)
        .map(DimensionIndex)
        .or_else(|| problems.none(&node.path, "is not one of `sluice.facts.dimensions`"))
}

fn pair(
    node: &Node<'_>,
    names: &Names<'_>,
    dimensions: &[Dimension],
    problems: &mut Problems,
) -> Option<[DimensionIndex; 2]> {
    let pair =
        node.each(problems, |node, problems| dimension_index(node, names, dimensions, problems))?;
    match pair.as_slice() {
        [first, second] if first != second => Some([*first, *second]),
        _ => problems.none(&node.path, "must be two different dimensions"),
    }
}

fn measure(node: &Node<'_>, names: &Names<'_>, problems: &mut Problems) -> Option<Measure> {
    const NUMERIC: [FieldType; 2] = [FieldType::Integer, FieldType::Number];
    if let Json::String(_) = node.json {
        return Some(Measure { field: names.typed(node, &NUMERIC, problems)?, bins: Vec::new() });
    }
    let object = node.object(problems)?;
    object.only(&["field", "bins"], "property of a measure", problems);
    let field = names.typed(&object.required("field", problems)?, &NUMERIC, problems)?;
    let bins = match object.get("bins") {
        Some(node) => bins(&node, problems)?,
        None => Vec::new(),
    };
    Some(Measure { field, bins })
}

/// Bins from the lowest to the highest, of which only the last has no upper end.
fn bins(node: &Node<'_>, problems: &mut Problems) -> Option<Vec<Bin>> {
    let mut numbers = 1_u32..;
    let bins = node.each(problems, |node, problems| bin(numbers.next()?, node, problems))?;
    let Some(last) = bins.len().checked_sub(1) else {
        return problems.none(&node.path, "must not be empty");
    };
    let mut before: Option<&Bin> = None;
    for (index, bin) in bins.iter().enumerate() {
        let path = node.path.item(index);
        if bins.iter().take(index).any(|other| other.label == bin.label) {
            problems.add(&path, format!("there is another bin `{}`", bin.label));
        }
        if (bin.upper == Upper::Open) != (index == last) {
            problems.add(&path, "the last bin, and only that, has neither `below` nor `to`");
        } else if before.is_some_and(|before| !is_above(&bin.upper, &before.upper)) {
            problems.add(&path, "must end above the bin before it");
        }
        before = Some(bin);
    }
    Some(bins)
}

/// Whether there are numbers between the two ends. `to` ends above `below` the same number.
fn is_above(upper: &Upper, before: &Upper) -> bool {
    match (upper, before) {
        (Upper::Open, _) => true,
        (_, Upper::Open) => false,
        (Upper::To(bound), Upper::Below(before)) => bound >= before,
        (Upper::To(bound) | Upper::Below(bound), Upper::To(before) | Upper::Below(before)) => {
            bound > before
        }
    }
}

fn bin(number: u32, node: &Node<'_>, problems: &mut Problems) -> Option<Bin> {
    let object = node.object(problems)?;
    object.only(&["label", "below", "to"], "property of a bin", problems);
    let label = text_of(&object.required("label", problems)?, problems)?;
    let upper = match (object.get("below"), object.get("to")) {
        (Some(node), None) => Upper::Below(bound(&node, problems)?),
        (None, Some(node)) => Upper::To(bound(&node, problems)?),
        (None, None) => Upper::Open,
        (Some(_), Some(node)) => return problems.none(&node.path, "either `below` or `to`"),
    };
    Some(Bin { number, label, upper })
}

/// Text that is not blank.
pub(super) fn text_of(node: &Node<'_>, problems: &mut Problems) -> Option<String> {
    match node.string(problems)? {
        text if text.trim().is_empty() => problems.none(&node.path, "must not be blank"),
        text => Some(text.to_owned()),
    }
}

/// A JSON number, or its text.
fn bound(node: &Node<'_>, problems: &mut Problems) -> Option<Number> {
    match node.json {
        Json::Integer(value) => Some((*value).into()),
        Json::Float(value) if value.abs() < 1e19 => Number::parse(&value.to_string()).ok(),
        Json::String(text) => Number::parse(text).ok(),
        _ => None,
    }
    .or_else(|| problems.none(&node.path, "must be a number, or the text of one"))
}

fn time(node: &Node<'_>, names: &Names<'_>, problems: &mut Problems) -> Option<TimeAxis> {
    use FieldType::{Date, DateTime, Year, YearMonth};
    let object = node.object(problems)?;
    object.only(&["field", "by"], "property of `time`", problems);
    let types = [Date, DateTime, YearMonth, Year];
    let field = names.typed(&object.required("field", problems)?, &types, problems);
    let by = object.required("by", problems)?;
    let period = by.one_of(&Period::ALL, Period::as_str, problems)?;
    let shortest = match names.field_type(field?) {
        Some(Year) => Period::Year,
        Some(YearMonth) => Period::Month,
        _ => Period::Day,
    };
    if period < shortest {
        return problems
            .none(&by.path, format!("the field tells no more than the {}", shortest.as_str()));
    }
    Some(TimeAxis { field: field?, by: period })
}

fn text(
    node: &Node<'_>,
    names: &Names<'_>,
    dimensions: &[Dimension],
    problems: &mut Problems,
) -> Option<FreeText> {
    let object = node.object(problems)?;
    object.only(&["field", "by"], "property of `text`", problems);
    let types = [FieldType::String, FieldType::Any];
    let field = names.typed(&object.required("field", problems)?, &types, problems)?;
    let by = items(&object, "by", problems, |node, problems| {
        dimension_index(node, names, dimensions, problems)
    })?;
    once(&object, "by", by.iter().copied(), problems);
    Some(FreeText { field, by })
}
