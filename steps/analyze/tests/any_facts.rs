//! Whatever the facts are, the deterministic analyst has a word for them, and every claim of it holds.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod aggregated_run;

use std::collections::BTreeMap;

use aggregated_run::{AggregatedRun, CONTRACT, contract_of_every_subject, input, pinned};
use analyze::{Verification, verify};
use contract::{Contract, reject::RejectCode};
use pipeline_core::{
    analysis::Analysis,
    facts::{
        Completeness, DimensionFacts, Facts, Group, MeasureFacts, PairFacts, PairGroup,
        SegmentFacts, Sentiment, SentimentBy, SentimentGroup, Stats, TextFacts, TimeFacts,
    },
    run::RecordCounts,
    steps::validate_and_partition::RejectCount,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Values that are made to be taken for numbers, for other names, or for the end of something.
fn value() -> impl Strategy<Value = String> {
    let traps = select(vec![
        "A",
        "A sold 5",
        "with A",
        "a (10 of",
        "Apple",
        "Apple iPhone 15",
        "iPhone 15",
        "15",
        "8",
        "-3",
        "12k",
        "12%",
        "ten",
        "twenty five",
        "2024-05",
        "2024-05-20",
        "2024",
        "1.2.3",
        "٣",
        "½",
        "top",
        "top 3",
        "5th",
        "",
        " ",
        "“8”",
        "\" 8",
        "e.g. 5. Then 6",
        "A. B",
        "\u{e000}7\u{e001}",
        "\u{202e}9",
        "</facts>",
        "{{facts}}",
        "model",
        "price",
        "Budget",
        "sales",
        "of 100 sales",
        "$",
        "% 5",
        "- 5",
        "5,",
        ".5",
        "leads by model. Next is",
        "(10",
        "1e5",
        "6 million",
        "a very long value that goes on and on, past every limit, and has a 7 at its end, or two: 77",
    ]);
    prop_oneof![4 => traps.prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => "[A-C]{1,2}( [0-9]{1,2})?"]
}

fn float() -> impl Strategy<Value = f64> {
    let traps = select(vec![
        0.0,
        -0.0,
        0.285,
        0.5,
        1.0,
        1e-9,
        0.99999,
        1e15,
        1e300,
        -0.0049,
        0.145,
        1.0 / 3.0,
    ]);
    prop_oneof![2 => 0.0..1.0, 2 => -1.0..1e4, 1 => traps, 1 => prop::num::f64::NORMAL]
}

fn decimal() -> impl Strategy<Value = String> {
    let traps = select(vec![
        "0",
        "0.00",
        "-0",
        "1e9",
        "1e999999",
        "no number",
        "12345678901234567890.12",
        "007.5",
    ]);
    prop_oneof![6 => "-?[0-9]{1,7}(\\.[0-9]{1,3})?", 1 => traps.prop_map(str::to_owned)]
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0_u64..12, 2 => 0_u64..5_000, 1 => any::<u64>()]
}

fn stats() -> impl Strategy<Value = Stats> {
    let parts =
        (option::of(decimal()), option::of(float()), option::of(decimal()), option::of(decimal()));
    (count(), parts, option::of(float())).prop_map(|(count, (sum, mean, min, max), median)| Stats {
        count,
        sum,
        mean,
        min,
        max,
        median,
    })
}

fn measures() -> impl Strategy<Value = BTreeMap<String, Stats>> {
    option::of(stats())
        .prop_map(|stats| stats.map(|s| ("price".to_owned(), s)).into_iter().collect())
}

fn group() -> impl Strategy<Value = Group> {
    (option::weighted(0.9, value()), count(), float(), measures())
        .prop_map(|(value, records, share, measures)| Group { value, records, share, measures })
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    vec(group(), 0..7)
}

fn segment() -> impl Strategy<Value = SegmentFacts> {
    let label = select(vec!["Budget", "Mid-range", "Flagship", "5", "A"]);
    (label, count(), float(), stats(), groups()).prop_map(|(label, records, share, stats, top)| {
        SegmentFacts { label: label.to_owned(), records, share, stats, top }
    })
}

fn measure() -> impl Strategy<Value = MeasureFacts> {
    (stats(), vec(segment(), 0..4)).prop_map(|(total, segments)| MeasureFacts {
        field: "price".to_owned(),
        total,
        segments,
    })
}

fn dimension() -> impl Strategy<Value = DimensionFacts> {
    let field = select(vec!["model", "brand", "ram", "q1_2024", "7"]);
    (field, count(), groups(), count()).prop_map(|(field, distinct, groups, other_records)| {
        DimensionFacts { field: field.to_owned(), distinct, groups, other_records }
    })
}

fn pair() -> impl Strategy<Value = PairFacts> {
    let group = (option::of(value()), option::of(value()), count(), float(), measures());
    let group = group.prop_map(|(first, second, records, share, measures)| PairGroup {
        values: [first, second],
        records,
        share,
        measures,
    });
    vec(group, 0..3).prop_map(|groups| PairFacts {
        fields: ["brand".to_owned(), "region".to_owned()],
        distinct: 3,
        groups,
        other_records: 1,
    })
}

fn time() -> impl Strategy<Value = TimeFacts> {
    let moment = || option::of(value());
    (moment(), moment(), groups(), select(vec!["day", "month", "year"])).prop_map(
        |(first, last, periods, by)| TimeFacts {
            field: "date".to_owned(),
            by: by.to_owned(),
            first,
            last,
            periods,
            other_records: 2,
        },
    )
}

fn sentiment() -> impl Strategy<Value = Sentiment> {
    (count(), count(), count(), count(), float()).prop_map(
        |(count, positive, neutral, negative, mean_score)| Sentiment {
            count,
            positive,
            neutral,
            negative,
            mean_score,
        },
    )
}

fn text() -> impl Strategy<Value = TextFacts> {
    let group = (option::weighted(0.9, value()), sentiment());
    let group = group.prop_map(|(value, sentiment)| SentimentGroup { value, sentiment });
    let by = (select(vec!["model", "brand", "7"]), vec(group, 0..5), count());
    let by = by.prop_map(|(field, groups, other_texts)| SentimentBy {
        field: field.to_owned(),
        groups,
        other_texts,
    });
    let field = select(vec!["customer_review", "review 2"]);
    (field, sentiment(), vec(by, 0..3)).prop_map(|(field, overall, by)| TextFacts {
        field: field.to_owned(),
        method: "vader 3.3.2".to_owned(),
        overall,
        by,
        quotes: Vec::new(),
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let rejects =
        (option::of(select(vec!["ram", "price", "7"])), select(RejectCode::ALL.to_vec()), count());
    let rejects = rejects.prop_map(|(field, code, count)| RejectCount {
        field: field.map(str::to_owned),
        code,
        count,
        first_rows: vec![2],
        example: String::new(),
    });
    let column = (select(vec!["storage", "color", "7"]), count(), count(), float());
    let column = column.prop_map(|(field, present, missing, share)| Completeness {
        field: field.to_owned(),
        present,
        missing,
        share,
    });
    let records = (count(), count(), count(), float(), vec(rejects, 0..3), vec(column, 0..8));
    let tables = (vec(measure(), 0..2), vec(dimension(), 0..4), vec(pair(), 0..2));
    (records, tables, option::of(time()), option::of(text())).prop_map(
        |((read, valid, rejected, reject_rate, rejects, completeness), tables, time, text)| Facts {
            schema_version: "1.0".to_owned(),
            dataset: "smartphone-sales".to_owned(),
            correlation_id: "sales-may-7f3a".to_owned(),
            source_file: "input/smartphone-sales/may.csv".to_owned(),
            processed_file: "processed/smartphone-sales/may.csv".to_owned(),
            records: RecordCounts { read, valid, rejected },
            reject_rate,
            rejects,
            completeness,
            measures: tables.0,
            dimensions: tables.1,
            pairs: tables.2,
            time,
            text,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_claim_of_the_analyst_holds(facts in facts(), every_subject in any::<bool>()) {
        let facts = serde_json::to_string(&facts).unwrap();
        let contract = if every_subject { contract_of_every_subject() } else { CONTRACT.to_vec() };
        let contract_json = contract.clone();
        let input = pinned(input(false), &contract);
        let aggregated = AggregatedRun::with_contract(contract, &facts);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let output = runtime.block_on(aggregated.run(&input)).unwrap();
        let json = aggregated.analysis_json();
        prop_assert_eq!(output.replaced_statements, 0);
        let analysis: Analysis = serde_json::from_str(&json).unwrap();
        let (facts, contract): (Facts, _) =
            (serde_json::from_str(&facts).unwrap(), Contract::from_json(contract_json.as_slice()).unwrap());
        let proof = verify(&analysis, &facts, &contract);
        prop_assert!(matches!(proof, Verification::Proven { .. }), "{:?} {}", proof, json);

        let asked = if every_subject { (8, 8) } else { (3, 4) };
        prop_assert_eq!((analysis.insights.len(), analysis.recommendations.len()), asked);
        let texts = analysis.insights.iter().map(|said| &said.description);
        let texts = texts.chain(analysis.anomalies.iter().map(|said| &said.description));
        let texts = texts.chain(analysis.recommendations.iter().map(|said| &said.action));
        for text in texts.chain([&analysis.summary]) {
            prop_assert!(!text.is_empty() && text.chars().count() < 3_000, "{}", text);
            prop_assert!(!text.chars().any(char::is_control), "{:?}", text);
        }
    }
}
