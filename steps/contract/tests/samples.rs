//! The contract of the first dataset, as it is published.

use contract::number::Number;
use contract::{Contract, Dialect, FieldType, Noun, Period, Topic, UndeclaredColumns};

const SMARTPHONE_SALES: &[u8] = include_bytes!("../../../samples/smartphone-sales/contract.json");

#[test]
fn smartphone_sales_says_what_the_design_says() {
    let contract = Contract::from_json(SMARTPHONE_SALES).unwrap();
    let fields: Vec<_> = contract
        .fields()
        .iter()
        .map(|field| (field.name(), field.field_type(), field.required()))
        .collect();
    assert_eq!(
        fields,
        [
            ("order_id", FieldType::String, true),
            ("date", FieldType::Date, true),
            ("model", FieldType::String, true),
            ("brand", FieldType::String, true),
            ("release_year", FieldType::Integer, false),
            ("price", FieldType::Number, true),
            ("region", FieldType::String, true),
            ("customer_review", FieldType::String, false),
            ("ram", FieldType::Integer, false),
            ("storage", FieldType::Integer, false),
            ("color", FieldType::String, false),
        ]
    );
    let name = |field| contract.field(field).name();
    let primary_key: Vec<_> = contract.primary_key().iter().copied().map(name).collect();
    assert_eq!(primary_key, ["order_id"]);
    assert_eq!(contract.field_named("price").map(|(index, _)| index.position()), Some(5));
    assert!(contract.field_named("Price").is_none());
    assert_eq!(*contract.dialect(), Dialect::default());

    let sluice = contract.sluice();
    assert!((sluice.max_reject_rate - 0.5).abs() < f64::EPSILON);
    assert!(sluice.lineage_columns);
    assert_eq!(sluice.undeclared_columns, UndeclaredColumns::Carry);
    let model = &sluice.facts.dimensions[0];
    assert_eq!((name(model.field), model.within.map(name)), ("model", Some("brand")));
    let time = sluice.facts.time.map(|time| (name(time.field), time.by));
    assert_eq!(time, Some(("date", Period::Month)));
    assert_eq!(sluice.facts.text.as_ref().map(|text| name(text.field)), Some("customer_review"));
    assert_eq!(sluice.analysis.record, Noun { one: "sale".into(), many: "sales".into() });
}

#[test]
fn price_segments_meet_where_they_should() {
    fn check(price: &str, expect: &str) {
        let contract = Contract::from_json(SMARTPHONE_SALES).unwrap();
        let measure = &contract.sluice().facts.measures[0];
        let price: Number = price.parse().unwrap();
        let bin = measure.bin_of(&price).map(|bin| bin.label.as_str());
        assert_eq!(bin, Some(expect), "{price}");
    }
    check("0.01", "Budget");
    check("499.99", "Budget");
    check("500", "Mid-range");
    check("1000.00", "Mid-range");
    check("1000.01", "Flagship");
    check("1e30", "Flagship");
}

#[test]
fn the_kinds_of_the_analysis_rest_on_facts() {
    let contract = Contract::from_json(SMARTPHONE_SALES).unwrap();
    let analysis = &contract.sluice().analysis;
    let kinds = |statements: &[contract::Statement]| -> Vec<(String, Topic, usize)> {
        let kind = |statement: &contract::Statement| {
            (statement.kind.clone(), statement.about.clone(), statement.top)
        };
        statements.iter().map(kind).collect()
    };
    let by = |dimension: &str| Topic::TextBy {
        text: "customer_review".into(),
        dimension: dimension.into(),
    };
    let segment = |label: &str| Topic::Segment { measure: "price".into(), label: label.into() };
    assert_eq!(
        kinds(&analysis.insights),
        [
            ("most_popular_phone".to_owned(), Topic::Dimension("model".into()), 1),
            ("customer_satisfaction".to_owned(), by("brand"), 1),
            ("price_segment_performance".to_owned(), Topic::Segments("price".into()), 1),
        ]
    );
    assert_eq!(
        kinds(&analysis.anomalies),
        [
            ("review_anomaly".to_owned(), by("model"), 1),
            ("price_anomaly".to_owned(), Topic::Measure("price".into()), 1),
        ]
    );
    assert_eq!(
        kinds(&analysis.recommendations),
        [
            ("budget_segment".to_owned(), segment("Budget"), 2),
            ("midrange_segment".to_owned(), segment("Mid-range"), 2),
            ("flagship_segment".to_owned(), segment("Flagship"), 2),
            ("inventory_strategy".to_owned(), Topic::Dimension("model".into()), 3),
        ]
    );
}
