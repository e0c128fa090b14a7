//! Facts with gaps, ties, cuts and values beyond bounds: what is claimed of them is so.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod aggregated_run;

use aggregated_run::{
    AggregatedRun, FACTS,
    answer::{answer, good_with, statements},
    input,
};
use pipeline_core::memory::ScriptedModel;
use serde_json::{Value, json};

struct Odd(Value);

impl Odd {
    fn facts() -> Self {
        Self(serde_json::from_str(FACTS).unwrap())
    }

    fn with(mut self, pointer: &str, value: Value) -> Self {
        *self.0.pointer_mut(pointer).unwrap() = value;
        self
    }

    fn run(&self, model: Option<ScriptedModel>) -> AggregatedRun {
        let aggregated = AggregatedRun { model, ..AggregatedRun::of(&self.0.to_string()) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(aggregated.run(&input(aggregated.model.is_some()))).unwrap();
        aggregated
    }

    /// What the analyst says, all of it.
    fn analyst(&self) -> String {
        let analysis = self.run(None).analysis();
        statements(&analysis).into_iter().map(|(_, text, _)| text.to_owned() + "\n").collect()
    }

    /// The text of a claim, or why it does not hold.
    fn claim(&self, kind: &str, ids: &[&str], statistic: &str) -> String {
        let claim = json!([{ "claim": kind, "ids": ids, "statistic": statistic }]);
        let again = answer(good_with("summary", &claim, "Read on."));
        let analysis = self.run(Some(ScriptedModel::replying([again.clone(), again]))).analysis();
        let basis = &analysis.summary_basis;
        basis.replaced_because.first().unwrap_or(&basis.claims[0].text).clone()
    }
}

/// A sum beyond 128 bits is absent from the facts. The segment that has it may well be first.
#[test]
fn nothing_leads_where_a_value_cannot_be_said() {
    let mut odd = Odd::facts();
    let stats = odd.0.pointer_mut("/measures/0/segments/2/stats").unwrap().as_object_mut().unwrap();
    stats.remove("sum");
    for (kind, ids) in
        [("leader", ["m0s1"].as_slice()), ("order", &["m0s1", "m0s0"]), ("last", &["m0s0"])]
    {
        let told = odd.claim(kind, ids, "sum");
        assert!(told.contains("has values that cannot be compared"), "{kind}: {told}");
    }
    assert!(!odd.analyst().contains("highest sum"), "{}", odd.analyst());
    let long = format!("1.{}1", "0".repeat(60));
    let odd = Odd::facts().with("/measures/0/segments/0/stats/max", json!(long));
    assert!(odd.claim("leader", &["m0s2"], "highest").contains("cannot be compared"));
}

#[test]
fn records_without_a_value_are_called_that() {
    let odd = Odd::facts().with("/dimensions/1/groups/1/value", Value::Null);
    assert_eq!(odd.claim("value", &["d1g1"], "records"), "25 of 100 sales (25.0%) have no brand.");
    let mean = "By brand, the mean price of what has no brand is 400.00, over 25 sales.";
    assert_eq!(odd.claim("value", &["d1g1"], "mean"), mean);
    assert!(odd.claim("leader", &["d1g1"], "records").contains("with a value"));
    let odd = odd.with("/dimensions/1/groups/1/records", json!(40));
    assert!(odd.claim("leader", &["d1g0"], "records").contains(" 40 have no brand."));
    // A date is missing in some: not all of them are of the span.
    let day = json!("2026-03-02");
    let odd = Odd::facts().with("/time/first", day.clone()).with("/time/last", day);
    assert_eq!(odd.claim("span", &["t"], ""), "The only date is 2026-03-02.");
}

#[test]
fn a_whole_that_is_not_all_says_what_it_is() {
    let odd = Odd::facts().with("/measures/0/total/count", json!(80));
    let share = "By segment of price, Flagship has 20 of 80 sales with a value of price (20.0%).";
    assert_eq!(odd.claim("value", &["m0s2"], "records"), share);
    let some = "80 of 100 sales (80.0%) have a value of price.";
    assert_eq!(odd.claim("value", &["m0"], "records"), some);
    assert_eq!(odd.claim("value", &["file"], "records"), "There are 100 valid sales.");
    assert!(odd.claim("value", &["e0"], "records").contains("claim its rejects"));
}

/// Where all values are listed, the records that are not have none.
#[test]
fn records_without_a_value_are_not_of_other_groups() {
    let odd = Odd::facts().with("/dimensions/1/other_records", json!(9));
    assert!(odd.claim("unlisted", &["d1"], "").contains("all groups are listed"));
    assert!(odd.claim("last", &["d1g6"], "records").starts_with("By brand, Oppo has the fewest"));
}

#[test]
fn what_is_within_a_segment_says_so() {
    let odd = Odd::facts();
    assert!(odd.claim("unlisted", &["m0s0g0"], "").starts_with("In Budget, "));
    let outlier = odd.claim("outlier", &["m0s0g0"], "highest");
    assert!(outlier.starts_with("In Budget, ") || outlier.contains("outlier: "), "{outlier}");
}

#[test]
fn shares_of_a_sum_need_values_that_are_not_negative() {
    let odd = Odd::facts().with("/measures/0/total/min", json!("-5"));
    let told = odd.claim("value", &["m0s1"], "sum");
    assert_eq!(
        told,
        "By segment of price, the sum of price of Mid-range is 26,250, over 35 sales."
    );
}

/// A zero hides no value that is far above the median.
#[test]
fn an_outlier_is_one_beside_a_zero_too() {
    let stats = json!({ "count": 50, "sum": "1000400", "mean": 20008.0, "min": "0", "max": "1000000", "median": 10.0 });
    let odd = Odd::facts().with("/dimensions/0/groups/0/measures/price", stats);
    let told = odd.analyst();
    assert!(told.contains("the highest price of Apple iPhone 15 is 1,000,000"), "{told}");
}

#[test]
fn a_segment_that_has_all_is_named() {
    let mut odd = Odd::facts();
    for segment in [1, 2] {
        odd = odd.with(&format!("/measures/0/segments/{segment}/records"), json!(0));
    }
    let told = odd.analyst();
    assert!(told.contains("By segment of price, Budget has 45 of 100 sales"), "{told}");
}

#[test]
fn what_reads_the_same_is_level() {
    let odd = Odd::facts()
        .with("/dimensions/2/groups/0/measures/price/mean", json!(1.001))
        .with("/dimensions/2/groups/1/measures/price/mean", json!(0.999_99));
    assert!(odd.claim("more", &["d2g0", "d2g1"], "mean").contains("has 1.00 and d2g1 has 1.0000"));
    assert!(odd.claim("times", &["d2g0", "d2g1"], "mean").contains("has 1.00 and"));
}

#[test]
fn nobody_leads_with_nothing() {
    let mut odd = Odd::facts();
    for group in 0..4 {
        odd = odd.with(&format!("/text/by/1/groups/{group}/sentiment/negative"), json!(0));
    }
    let ids = ["x1g0", "x1g1", "x1g2", "x1g3"];
    assert!(odd.claim("shared_lead", &ids, "negative").contains("nothing leads"));
}

#[test]
fn of_several_that_are_last_each_has_a_sample_of_its_own() {
    let odd = Odd::facts()
        .with("/dimensions/2/groups/1/measures/price/mean", json!(5.0))
        .with("/dimensions/2/groups/2/measures/price/mean", json!(5.0));
    let told = odd.claim("last", &["d2g1", "d2g2"], "mean");
    assert_eq!(told, "By region, Asia and Africa have the lowest mean price: 5.00 each.");
}

#[test]
fn a_quote_cannot_end_its_quotation() {
    let hostile = "Nice.” By model, Vivo leads with 99 of 100 sales. “Good";
    let odd = Odd::facts().with("/text/quotes/0/text", json!(hostile));
    let told = odd.claim("quote", &["q0"], "");
    assert_eq!(told.matches('”').count(), 1, "{told}");
    assert!(told.ends_with('”') || told.ends_with("”."), "{told}");
}

#[test]
fn names_that_look_the_same_are_told_apart() {
    let odd = Odd::facts()
        .with("/dimensions/1/groups/1/value", json!("Samsung\u{200b}"))
        .with("/dimensions/1/groups/2/value", json!("Samsung "));
    let told = odd.claim("more", &["d1g0", "d1g2"], "records");
    assert!(
        told.starts_with("By brand, Samsung (d1g0) has more sales than Samsung (d1g2)"),
        "{told}"
    );
    assert!(odd.claim("value", &["d1g1"], "records").contains("Samsung (d1g1) has 25"));
}

#[test]
fn more_findings_than_one_anomaly_holds_are_anomalies_of_their_own() {
    let mut odd = Odd::facts();
    for column in 0..11 {
        odd = odd
            .with(&format!("/completeness/{column}/missing"), json!(30))
            .with(&format!("/completeness/{column}/present"), json!(70))
            .with(&format!("/completeness/{column}/share"), json!(0.7));
    }
    let analysis = odd.run(None).analysis();
    let gaps =
        analysis.anomalies.iter().filter(|found| found.description.contains("is missing in"));
    let claims: Vec<_> = gaps.map(|found| found.basis.claims.len()).collect();
    assert_eq!(claims, [5, 5, 1]);
}

#[test]
fn as_many_leaders_are_named_as_the_contract_asks_for() {
    let mut odd = Odd::facts();
    let groups = odd.0.pointer_mut("/dimensions/0/groups").unwrap().as_array_mut().unwrap();
    let one = groups[0].clone();
    *groups = (0..20)
        .map(|at| {
            let mut group = one.clone();
            (group["value"], group["records"]) = (json!(format!("Model {at}")), json!(40 - at));
            group
        })
        .collect();
    let contract = String::from_utf8(aggregated_run::CONTRACT.to_vec()).unwrap();
    let contract =
        contract.replace("\"topN\": 10", "\"topN\": 20").replace("\"top\": 3", "\"top\": 15");
    let aggregated =
        AggregatedRun::with_contract(contract.clone().into_bytes(), &odd.0.to_string());
    let input = aggregated_run::pinned(input(false), contract.as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(aggregated.run(&input)).unwrap();
    let action = &aggregated.analysis().recommendations[3].action;
    assert!(action.contains("Model 14 (26)"), "{action}");
}
