//! The facts of small random tables, against a naive computation in whole cents.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::float_cmp, reason = "both sides round once, from the same whole numbers")]

mod validated_run;

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _};

use pipeline_core::facts::{Facts, Group, Stats};
use proptest::prelude::*;
use validated_run::ValidatedRun;

const CONTRACT: &str = r#"{
  "fields": [
    { "name": "brand", "type": "string" },
    { "name": "model", "type": "string" },
    { "name": "year", "type": "integer" },
    { "name": "price", "type": "number" },
    { "name": "day", "type": "date" },
    { "name": "note", "type": "string" }
  ],
  "sluice": { "facts": {
    "dimensions": [{ "field": "model", "within": "brand" }, "year"],
    "pairs": [["model", "year"]],
    "measures": [
      { "field": "price", "bins": [{ "label": "Low", "below": 0 }, { "label": "Mid", "to": 10 }, { "label": "High" }] },
      "year"
    ],
    "time": { "field": "day", "by": "month" },
    "text": { "field": "note", "by": ["year"] },
    "topN": 3
  } }
}"#;

/// A record, with its price in cents.
#[derive(Debug, Clone)]
struct Row {
    brand: Option<&'static str>,
    model: Option<&'static str>,
    year: Option<i64>,
    cents: Option<i64>,
    /// How the price is written.
    notation: u8,
    day: Option<(i32, u32)>,
    note: Option<&'static str>,
}

impl Row {
    fn product(&self) -> Option<String> {
        let model = self.model?;
        Some(self.brand.map_or_else(|| model.to_owned(), |brand| format!("{brand} {model}")))
    }

    fn price(&self) -> String {
        let Some(cents) = self.cents else { return String::new() };
        let sign = if cents < 0 { "-" } else { "" };
        let (whole, part) = (cents.abs() / 100, cents.abs() % 100);
        match self.notation {
            0 => format!("{cents}e-2"),
            1 => format!("{sign}{whole}.{part:02}000"),
            2 if part == 0 => format!("{sign}0{whole}"),
            _ => format!("{sign}{whole}.{part:02}"),
        }
    }

    fn write(&self, out: &mut String) {
        let year = self.year.map(|year| year.to_string()).unwrap_or_default();
        let day =
            self.day.map(|(month, day)| format!("2024-{month:02}-{day:02}")).unwrap_or_default();
        writeln!(
            out,
            "{},{},{year},{},{day},\"{}\"",
            self.brand.unwrap_or_default(),
            self.model.unwrap_or_default(),
            self.price(),
            self.note.unwrap_or_default()
        )
        .unwrap();
    }
}

fn row() -> impl Strategy<Value = Row> {
    let cents = prop_oneof![
        5 => (-20_i64..20).prop_map(|n| n * 50),
        3 => -5_000_i64..5_000,
        1 => Just(900_719_925_474_099_301),
    ];
    (
        prop::option::weighted(0.9, prop::sample::select(vec!["A", "B", "A B"])),
        prop::option::weighted(0.9, prop::sample::select(vec!["x", "y", "B x", "z"])),
        prop::option::weighted(0.9, 2020_i64..2026),
        prop::option::weighted(0.9, cents),
        0..4_u8,
        prop::option::weighted(0.9, (1..13, 1..29_u32)),
        prop::option::weighted(
            0.8,
            prop::sample::select(vec!["Love it", "Awful, hate it", "It is a phone"]),
        ),
    )
        .prop_map(|(brand, model, year, cents, notation, day, note)| Row {
            brand,
            model,
            year,
            cents,
            notation,
            day,
            note,
        })
}

/// A value in hundredths as text with as many decimals as the column needs.
fn text(hundredths: i128, scale: usize) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    match scale {
        0 => format!("{sign}{whole}"),
        1 => format!("{sign}{whole}.{}", part / 10),
        _ => format!("{sign}{whole}.{part:02}"),
    }
}

fn stats(mut hundredths: Vec<i128>, scale: usize) -> Stats {
    hundredths.sort_unstable();
    let count = hundredths.len();
    if count == 0 {
        return Stats::default();
    }
    let sum: i128 = hundredths.iter().sum();
    let middle = hundredths[(count - 1) / 2] + hundredths[count / 2];
    Stats {
        count: count as u64,
        sum: Some(text(sum, scale)),
        mean: Some(sum as f64 / (count as f64 * 100.0)),
        min: Some(text(hundredths[0], scale)),
        max: Some(text(hundredths[count - 1], scale)),
        median: Some(middle as f64 / 200.0),
    }
}

fn measures(rows: &[&Row], price_scale: usize) -> BTreeMap<String, Stats> {
    let prices = rows.iter().filter_map(|row| row.cents.map(i128::from)).collect();
    let years = rows.iter().filter_map(|row| row.year.map(|year| i128::from(year) * 100)).collect();
    BTreeMap::from([
        ("price".to_owned(), stats(prices, price_scale)),
        ("year".to_owned(), stats(years, 0)),
    ])
}

/// Groups by a key, most records first, then by `order`.
fn groups<'r, K: Ord + Clone, O: Ord>(
    rows: &[&'r Row],
    key: impl Fn(&Row) -> K,
    order: impl Fn(&Row) -> O,
) -> Vec<(K, Vec<&'r Row>)> {
    let mut groups: BTreeMap<K, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row)).or_default().push(row);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, rows)| (Reverse(rows.len()), order(rows[0])));
    groups
}

type ProductOrder = (bool, Option<&'static str>, Option<&'static str>);

fn product_key(row: &Row) -> ProductOrder {
    if row.model.is_none() { (true, None, None) } else { (false, row.brand, row.model) }
}

fn year_key(row: &Row) -> (bool, Option<String>) {
    (row.year.is_none(), row.year.map(|year| year.to_string()))
}

fn check(rows: &[Row], facts: &Facts) {
    let all: Vec<&Row> = rows.iter().collect();
    let whole = rows.len() as f64;
    let scale = rows.iter().filter_map(|row| row.cents).fold(0, |scale, cents| {
        scale.max(if cents % 10 != 0 { 2 } else { usize::from(cents % 100 != 0) })
    });
    let check_group = |group: &Group, value: Option<String>, rows: &[&Row], whole: f64| {
        assert_eq!(group.value, value);
        assert_eq!(group.records, rows.len() as u64);
        assert_eq!(group.share, rows.len() as f64 / whole);
        assert_eq!(group.measures, measures(rows, scale));
    };

    let total = measures(&all, scale);
    assert_eq!(
        [&facts.measures[0].total, &facts.measures[1].total],
        [&total["price"], &total["year"]]
    );

    let expect = groups(&all, product_key, product_key);
    let products = &facts.dimensions[0];
    assert_eq!(products.distinct, expect.iter().filter(|(key, _)| !key.0).count() as u64);
    assert_eq!(products.groups.len(), expect.len().min(3));
    for (group, (_, rows)) in products.groups.iter().zip(&expect) {
        check_group(group, rows[0].product(), rows, whole);
    }
    let listed: u64 = products.groups.iter().map(|group| group.records).sum();
    assert_eq!(products.other_records + listed, rows.len() as u64);

    let expect = groups(&all, year_key, year_key);
    for (group, ((_, year), rows)) in facts.dimensions[1].groups.iter().zip(&expect) {
        check_group(group, year.clone(), rows, whole);
    }

    let pair_key = |row: &Row| (product_key(row), year_key(row));
    let expect = groups(&all, pair_key, pair_key);
    let pairs = &facts.pairs[0];
    let complete = |key: &(ProductOrder, (bool, Option<String>))| !key.0.0 && !key.1.0;
    assert_eq!(pairs.distinct, expect.iter().filter(|(key, _)| complete(key)).count() as u64);
    for (group, ((_, (_, year)), rows)) in pairs.groups.iter().zip(&expect) {
        assert_eq!(group.values, [rows[0].product(), year.clone()]);
        assert_eq!(group.records, rows.len() as u64);
        assert_eq!(group.measures, measures(rows, scale));
    }

    let bin = |cents: i64| if cents < 0 { 0 } else { 1 + usize::from(cents > 1000) };
    for (index, segment) in facts.measures[0].segments.iter().enumerate() {
        let inside: Vec<&Row> =
            rows.iter().filter(|row| row.cents.is_some_and(|cents| bin(cents) == index)).collect();
        let valued = rows.iter().filter(|row| row.cents.is_some()).count();
        assert_eq!(segment.records, inside.len() as u64);
        assert_eq!(segment.stats, measures(&inside, scale)["price"]);
        if valued > 0 {
            assert_eq!(segment.share, inside.len() as f64 / valued as f64);
        }
        let expect = groups(&inside, product_key, product_key);
        assert_eq!(segment.top.len(), expect.len().min(3));
        for (group, (_, rows)) in segment.top.iter().zip(&expect) {
            check_group(group, rows[0].product(), rows, inside.len() as f64);
        }
    }

    let time = facts.time.as_ref().unwrap();
    let month_key = |row: &Row| (row.day.is_none(), row.day.map(|(month, _)| month));
    let mut expect = groups(&all, month_key, |_| 0);
    expect.sort_by_key(|(key, _)| *key);
    assert_eq!(time.periods.len(), expect.len());
    for (group, ((_, month), rows)) in time.periods.iter().zip(&expect) {
        check_group(group, month.map(|month| format!("2024-{month:02}")), rows, whole);
    }
    let days = || rows.iter().filter_map(|row| row.day);
    let shown =
        |day: Option<(i32, u32)>| day.map(|(month, day)| format!("2024-{month:02}-{day:02}"));
    assert_eq!((&time.first, &time.last), (&shown(days().min()), &shown(days().max())));

    let text = facts.text.as_ref().unwrap();
    let count =
        |rows: &[&Row], note: &str| rows.iter().filter(|row| row.note == Some(note)).count() as u64;
    let sentiment = |rows: &[&Row]| {
        (count(rows, "Love it"), count(rows, "It is a phone"), count(rows, "Awful, hate it"))
    };
    let found = &text.overall;
    assert_eq!((found.positive, found.neutral, found.negative), sentiment(&all));
    let noted: Vec<&Row> = rows.iter().filter(|row| row.note.is_some()).collect();
    let expect = groups(&noted, year_key, year_key);
    assert_eq!(text.by[0].groups.len(), expect.len().min(3));
    let listed: u64 = text.by[0].groups.iter().map(|group| group.sentiment.count).sum();
    assert_eq!(listed + text.by[0].other_texts, noted.len() as u64);
    for (group, ((_, year), rows)) in text.by[0].groups.iter().zip(&expect) {
        let found = &group.sentiment;
        assert_eq!(&group.value, year);
        assert_eq!((found.positive, found.neutral, found.negative), sentiment(rows));
    }

    let present = facts.completeness.iter().map(|column| column.present).collect::<Vec<_>>();
    let counted = |has: fn(&Row) -> bool| rows.iter().filter(|row| has(row)).count() as u64;
    assert_eq!(
        present,
        [
            counted(|row| row.brand.is_some()),
            counted(|row| row.model.is_some()),
            counted(|row| row.year.is_some()),
            counted(|row| row.cents.is_some()),
            counted(|row| row.day.is_some()),
            counted(|row| row.note.is_some()),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn facts_are_exact_and_batches_leave_no_trace(
        rows in prop::collection::vec(row(), 0..60),
        batch_rows in 5..30_usize,
        chunk_size in 1..300_usize,
    ) {
        let mut file = "brand,model,year,price,day,note\n".to_owned();
        for row in &rows {
            row.write(&mut file);
        }
        let whole = ValidatedRun::new(CONTRACT, &file, rows.len() as u64);
        let mut cut = ValidatedRun::new(CONTRACT, &file, rows.len() as u64);
        cut.config.batch_rows = batch_rows;
        cut.store = cut.store.with_chunk_size(chunk_size);
        let json = whole.json();
        prop_assert_eq!(&json, &cut.json());
        check(&rows, &serde_json::from_str(&json).unwrap());
    }
}
