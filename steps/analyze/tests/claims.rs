//! What is not so cannot be claimed, and what is so is worded right. Every claim goes the way of a model's:
//! by script.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]
#![expect(clippy::float_cmp, reason = "numbers of one document are compared with themselves")]

mod aggregated_run;

use std::cmp::Ordering;

use aggregated_run::{
    AggregatedRun, FACTS,
    answer::{answer, good_with, good_with_words, statements},
    input,
};
use pipeline_core::{analysis::Author, memory::ScriptedModel};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use serde_json::{Value, json};

/// Makes the summary claim this, beside what a statement has to claim. Its text, or why it was turned away.
fn claimed_of(facts: &str, claim: &Value) -> Result<String, String> {
    let claims = json!([claim]);
    let again = answer(good_with("summary", &claims, "Read on."));
    let aggregated = AggregatedRun {
        model: Some(ScriptedModel::replying([again.clone(), again])),
        ..AggregatedRun::of(facts)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(aggregated.run(&input(true))).unwrap();
    let analysis = aggregated.analysis();
    let basis = &analysis.summary_basis;
    if basis.replaced_because.is_empty() {
        assert_eq!(basis.claims_by, Author::Model);
        return Ok(basis.claims[0].text.clone());
    }
    assert_eq!(basis.claims_by, Author::Analyst);
    Err(basis.replaced_because.join("; "))
}

fn claimed(claim: &Value) -> Result<String, String> {
    claimed_of(FACTS, claim)
}

fn claim(kind: &str, ids: &[&str]) -> Value {
    json!({ "claim": kind, "ids": ids })
}

fn by(kind: &str, ids: &[&str], statistic: &str) -> Value {
    json!({ "claim": kind, "ids": ids, "statistic": statistic })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_kind_of_claim_is_worded() {
    let group = |kind: &str| claim(kind, &["d1g2"]);
    for (claim, text) in [
        (group("value"), "By brand, Apple has 20 of 100 sales (20.0%)."),
        (
            by("value", &["d1g2"], "mean"),
            "By brand, the mean price of Apple is 849.00, over 20 sales.",
        ),
        (
            by("value", &["m0s1"], "sum"),
            "By segment of price, the sum of price of Mid-range is 26,250 of 61,250 (42.9%), over 35 sales.",
        ),
        (by("value", &["x"], "negative"), "20 of 98 customer reviews (20.4%) are negative."),
        (
            claim("leader", &["d0g0"]),
            "By model, Apple iPhone 15 leads with 12 of 100 sales (12.0%). Next are Samsung Galaxy A15 and \
             Xiaomi Redmi 12 with 9 each, so near that the order may be chance.",
        ),
        (
            by("leader", &["x1g2"], "score"),
            "Of the 4 most frequent brands, Apple has the highest mean score: +0.58 over 20 customer \
             reviews. Next is Xiaomi with +0.45.",
        ),
        (
            claim("leader", &["e0"]),
            "The most frequent error is constraint-error in ram, found 15 times.",
        ),
        (
            claim("shared_lead", &["m0s0g0", "m0s0g1"]),
            "In Budget, Samsung Galaxy A15 and Xiaomi Redmi 12 share the lead with 9 of 45 sales (20.0%) \
             each. These are small samples.",
        ),
        (
            claim("last", &["d1g6"]),
            "By brand, Oppo has the fewest sales: 2 of 100 sales (2.0%), a small sample.",
        ),
        (
            by("last", &["x1g3"], "score"),
            "Of the 4 most frequent brands, Vivo has the lowest mean score: -0.52 over 5 customer reviews, \
             a small sample.",
        ),
        (
            claim("order", &["d2g0", "d2g1"]),
            "By region, these lead: Europe (40 of 100 sales, 40.0%) and Asia (35). Some are so near that their order may be chance.",
        ),
        (
            claim("order", &["d0g0", "d0g1"]),
            "By model, these lead: Apple iPhone 15 (12 of 100 sales, 12.0%), Samsung Galaxy A15 (9) and others with 9 too. Some are so near that their order may be chance. Some of these are small samples.",
        ),
        (
            claim("order", &["d0g0", "d0g4"]),
            "By model, the order among these is: Apple iPhone 15 (12 of 100 sales, 12.0%) and Google Pixel 8 (6). Some are so near that their order may be chance. Some of these are small samples.",
        ),
        (
            claim("more", &["d1g0", "d1g2"]),
            "By brand, Samsung has more sales than Apple: 30 against 20, so near that it may be chance.",
        ),
        (
            claim("less", &["d1g5", "d1g1"]),
            "By brand, Vivo has fewer sales than Xiaomi: 5 against 25, a small sample.",
        ),
        (
            by("less", &["x1g3", "x1g2"], "score"),
            "By brand, the mean score of Vivo is lower than that of Apple: -0.52 against +0.58, a small sample.",
        ),
        (
            claim("times", &["d1g0", "d1g2"]),
            "By brand, Samsung has 1.5 times as many sales as Apple: 30 against 20, so near that it may be chance.",
        ),
        (claim("distinct", &["d0"]), "There are 38 different models in all."),
        (
            claim("unlisted", &["d0"]),
            "44 of 100 sales (44.0%) are of none of the 8 models that are listed.",
        ),
        (
            by("against_total", &["x1g3"], "score"),
            "By brand, the mean score of Vivo is -0.52 over 5 customer reviews, a small sample, against +0.41 overall.",
        ),
        (
            claim("against_rest", &["d1g0"]),
            "By brand, Samsung has 30 sales, and all others have 70 together.",
        ),
        (
            by("against_rest", &["m0s2"], "sum"),
            "By segment of price, the sum of price of Flagship is 21,500, and that of all others together is 39,750.",
        ),
        (
            claim("distribution", &["m0"]),
            "Price has a median of 549.50, a mean of 612.50 and values from 99 to 1,899, over 100 sales.",
        ),
        (
            by("outlier", &["d0g7"], "lowest"),
            "By model, the lowest price of Xiaomi Mix Fold 4 is 599, against a median of 1,199.00 over 4 sales, a \
             small sample.",
        ),
        (claim("completeness", &["c9"]), "Storage is missing in 25 of 100 sales (25.0%)."),
        (
            claim("sentiment", &["x1g2"]),
            "By brand, of 20 customer reviews of Apple, 17 (85.0%) are positive, 1 (5.0%) neutral and 2 (10.0%) \
             negative; the mean score is +0.58.",
        ),
        (claim("span", &["t"]), "Date runs from 2026-03-02 to 2026-05-30."),
        (
            claim("rejects", &["file"]),
            "100 of 120 records are valid, and 20 (16.7%) were rejected.",
        ),
        (
            by("leader", &["x1g0"], "negative"),
            "Of the 4 most frequent brands, Samsung has the most negative customer reviews: 9 of 30 customer \
             reviews. Next is Vivo with 5.",
        ),
        (claim("rejects", &["e0"]), "Constraint-error in ram was found 15 times."),
        (
            claim("quote", &["q0"]),
            "One customer review of Apple iPhone 15 reads: “Great phone, the battery lasts 2 days.”",
        ),
    ] {
        assert_eq!(claimed(&claim).as_deref(), Ok(text), "{claim}");
    }
}

/// False statements that a check of numbers let pass, as claims.
#[test]
fn what_is_not_so_cannot_be_claimed() {
    for (claim, why) in [
        (claim("last", &["e1"]), "there is no last"),
        (claim("leader", &["d0g1"]), "d0g1 does not lead: d0g0 does"),
        (claim("order", &["d0g1", "d0g0"]), "d0g0 comes before d0g1"),
        (claim("last", &["d0g7"]), "there is no last"),
        (claim("leader", &["d1g2"]), "d1g2 does not lead"),
        (by("leader", &["x1g3"], "score"), "does not lead"),
        (by("last", &["x1g2"], "score"), "x1g2 is not last: x1g3 is"),
        (claim("order", &["m0s1", "m0s2", "m0s0"]), "m0s0 comes before m0s2"),
        (by("leader", &["m0s0"], "sum"), "m0s0 does not lead: m0s1 does"),
        (claim("more", &["d1g2", "d1g0"]), "d1g2 has 20 and d1g0 has 30"),
        (claim("less", &["d1g0", "d1g2"]), "has 30"),
        (claim("times", &["d1g2", "d1g0"]), "has 20"),
        (claim("times", &["t1", "t2"]), "t2 may not be whole"),
        (by("times", &["x1g2", "x1g0"], "score"), "takes no score"),
        (claim("level", &["t0", "t1"]), "t0 may not be whole"),
        (claim("level", &["d2g0", "d2g1"]), "d2g1 has 35, not 40"),
        (claim("last", &["t0"]), "t0 may not be whole"),
        (claim("order", &["t2", "t0"]), "may not be whole"),
        (claim("value", &["c9"]), "claim its completeness"),
        (by("leader", &["m0s2"], "lowest"), "takes no lowest"),
        (claim("shared_lead", &["t0", "t1"]), "t0 does not share the lead"),
        (claim("shared_lead", &["d0g0", "d0g1"]), "d0g0 leads alone"),
        (claim("leader", &["t1"]), "the first place is shared, by t1 and t2"),
        (claim("change", &["t0", "t1"]), "t0 may not be whole: it ends the span"),
        (claim("change", &["t1", "t2"]), "t2 may not be whole"),
        (claim("change", &["t0", "t2"]), "t2 is not the period after t0"),
        (claim("change", &["d0g0", "d0g1"]), "takes two periods"),
        (claim("unlisted", &["d1"]), "all groups are listed"),
        (by("outlier", &["m0s2"], "highest"), "is near the median"),
        (claim("nothing", &["d0"]), "d0 has something"),
        (claim("nothing", &["m0s0"]), "m0s0 has something"),
        (by("against_total", &["d1g2"], "sum"), "takes mean, median or score"),
        (claim("more", &["d0g0", "d1g0"]), "takes groups of one list"),
        (claim("more", &["d0g0", "m0s0g0"]), "takes groups of one list"),
        (by("value", &["d0g0"], "score"), "d0g0 has no score"),
        (by("leader", &["x0g3"], "score"), "x0g3 has too few texts to be ranked"),
        (claim("leader", &["d9g0"]), "there is no d9g0"),
        (claim("leader", &["d0g0", "d0g1"]), "takes one id"),
        (claim("value", &[]), "needs an id"),
        (claim("level", &["t1", "t1"]), "names an id twice"),
        (claim("leader", &["Apple"]), "has an id that is none"),
        (claim("best_seller", &["d0g0"]), "is of no kind that there is"),
        (by("value", &["d0g0"], "profit"), "has a statistic that is none"),
        (
            json!({ "claim": "value", "ids": ["d0g0"], "statistic": "mean", "measure": "m7" }),
            "there is no m7",
        ),
        (json!({ "claim": "value", "ids": "d0g0" }), "has no ids"),
        (json!("leader"), "is of no kind that there is"),
    ] {
        let told = claimed(&claim).unwrap_err();
        assert!(told.contains(why), "{claim}: {told}");
    }
}

/// The same as words: none of it can be said.
#[test]
fn what_is_not_so_cannot_be_put_in_words() {
    for words in [
        "{1} leads with 9 sales and Apple iPhone 15 follows with 12.",
        "{1} was sold twice as often as its rival.",
        "{1} is last by model.",
        "{1} was sold a dozen times.",
        "Samsung is the brand with most sales of all.",
        "608 of 716 reviews are negative.",
        "Buyers like Vivo best and Apple least.",
        "Flagship has 45 sales, Budget 35 and Mid-range 20.",
        "The revenue is 602,664 of 297,492.",
        "The median price is that of another group, 499.",
        "{1} has forty-five percent of the revenue.",
        "It made USD 297,492 and half of all.",
        "Sales fell by 31.0%.",
        "{1} is up from last month.",
        "Nearly all reviews praise the battery.",
        "{1} outsells everything else.",
        "Demand for {1} keeps growing.",
    ] {
        let again = || answer(good_with_words("insight.most_popular_phone", words));
        let aggregated = AggregatedRun {
            model: Some(ScriptedModel::replying([again(), again()])),
            ..AggregatedRun::smartphone_sales()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let output = runtime.block_on(aggregated.run(&input(true))).unwrap();
        let analysis = aggregated.analysis();
        assert_eq!(output.replaced_statements, 1, "{words}");
        let insight = &analysis.insights[0];
        assert!(insight.basis.replaced_because[0].starts_with("words: "), "{words}");
        assert_eq!(insight.basis.words, None, "{words}");
        assert_eq!(analysis.insights[1].basis.claims_by, Author::Model, "the rest stays");
    }
}

#[test]
fn a_change_is_told_of_whole_adjacent_periods() {
    let mut facts: Value = serde_json::from_str(FACTS).unwrap();
    let months =
        [("2026-01", 40), ("2026-02", 50), ("2026-03", 40), ("2026-04", 12), ("2026-05", 9)];
    let periods = months.map(|(month, records)| {
        json!({ "value": month, "records": records, "share": 0.2, "measures":
            { "price": { "count": records, "sum": "400", "mean": 10.0 } } })
    });
    facts["time"]["first"] = json!("2026-01-05");
    facts["time"]["periods"] = json!(periods);
    let facts = facts.to_string();
    let change = |from: &str, to: &str| claimed_of(&facts, &claim("change", &[from, to]));
    assert_eq!(
        change("t1", "t2").as_deref(),
        Ok(
            "From 2026-02 to 2026-03, sales fell by 20.0%: from 50 to 40, so near that it may be chance."
        )
    );
    assert!(change("t2", "t1").unwrap_err().contains("is not the period after"));
    assert!(change("t0", "t1").unwrap_err().contains("may not be whole"));
    assert!(change("t2", "t3").unwrap_err().contains("fewer than 30"));
    let level = by("change", &["t1", "t2"], "mean");
    assert_eq!(
        claimed_of(&facts, &level).as_deref(),
        Ok("From 2026-02 to 2026-03, the mean price stayed level at 10.00.")
    );
}

#[test]
fn a_lead_among_those_that_are_listed_is_called_that() {
    let mut facts: Value = serde_json::from_str(FACTS).unwrap();
    facts["dimensions"][1]["other_records"] = json!(7);
    facts["dimensions"][1]["distinct"] = json!(9);
    let facts = facts.to_string();
    let said = |claim: &Value| claimed_of(&facts, claim);
    assert!(said(&claim("leader", &["d1g0"])).unwrap().starts_with("By brand, Samsung leads"));
    assert!(said(&claim("last", &["d1g6"])).unwrap_err().contains("not all groups are listed"));
    let mean = said(&by("last", &["d1g5"], "mean")).unwrap();
    assert!(
        mean.starts_with("Of the 7 most frequent brands, Vivo has the lowest mean price"),
        "{mean}"
    );
    // Groups that are not listed could have as many as the last of those that are.
    let order = said(&claim("order", &["d1g0", "d1g1", "d1g2", "d1g3", "d1g4", "d1g5", "d1g6"]));
    assert!(order.unwrap().contains("Oppo (2) and perhaps others with 2 too"));
}

/// What a claim says about these groups, found in `facts.json` by other means than the code's.
struct Oracle {
    facts: Value,
}

impl Oracle {
    /// The members of a list with a value, by their ids, and where a statistic stands in each.
    fn list(&self, list: &str) -> Vec<(String, Value)> {
        let (pointer, prefix) = match list {
            "regions" => ("/dimensions/2/groups", "d2g"),
            "brands" => ("/dimensions/1/groups", "d1g"),
            "models" => ("/dimensions/0/groups", "d0g"),
            "segments" => ("/measures/0/segments", "m0s"),
            "budget" => ("/measures/0/segments/0/top", "m0s0g"),
            "months" => ("/time/periods", "t"),
            _ => ("/text/by/1/groups", "x1g"),
        };
        let members = self.facts.pointer(pointer).unwrap().as_array().unwrap();
        let ids = members
            .iter()
            .enumerate()
            .map(|(at, member)| (format!("{prefix}{at}"), member.clone()));
        ids.collect()
    }

    fn is_whole(list: &str) -> bool {
        matches!(list, "regions" | "brands" | "segments" | "months")
    }

    fn number(member: &Value, statistic: &str) -> Option<f64> {
        let stats = member.get("stats").or_else(|| member.get("measures")?.get("price"));
        let found = match statistic {
            "records" => member.get("records").or_else(|| member.get("sentiment")?.get("count")),
            "score" => member.get("sentiment")?.get("mean_score"),
            statistic => stats?.get(statistic),
        }?;
        found.as_f64().or_else(|| found.as_str()?.parse().ok())
    }

    /// Whether a claim of this kind holds of the members at these places.
    fn holds(&self, kind: &str, list: &str, places: &[usize], statistic: &str) -> bool {
        let members = self.list(list);
        let all: Vec<_> =
            members.iter().filter_map(|(_, member)| Self::number(member, statistic)).collect();
        let Some(own) = places
            .iter()
            .map(|at| Self::number(&members[*at].1, statistic))
            .collect::<Option<Vec<_>>>()
        else {
            return false;
        };
        let max = all.iter().copied().fold(f64::MIN, f64::max);
        let min = all.iter().copied().fold(f64::MAX, f64::min);
        let at = |value: f64| all.iter().filter(|other| **other == value).count();
        let compare = |a: f64, b: f64| a.partial_cmp(&b).unwrap();
        let two = |order: Ordering| own.len() == 2 && compare(own[0], own[1]) == order;
        // Of three months only the second is whole.
        let is_cut = list == "months" && places.iter().any(|at| *at != 1);
        if is_cut && !matches!(kind, "leader" | "shared_lead") {
            return false;
        }
        match kind {
            "leader" => own == [max] && at(max) == 1 && (all.len() > 1 || statistic == "records"),
            "shared_lead" => own.iter().all(|value| *value == max) && at(max) > 1,
            "last" => {
                let has_last = statistic != "records" || Self::is_whole(list);
                has_last && min < max && own.iter().all(|value| *value == min)
            }
            "order" => own.len() > 1 && own.is_sorted_by(|a, b| a >= b) && all.len() > 1,
            "level" => own.len() > 1 && own.iter().all(|value| *value == own[0]),
            "more" => two(Ordering::Greater),
            "less" => two(Ordering::Less),
            _ => {
                let has_unit = statistic != "score";
                own.len() == 2 && has_unit && own[1] > 0.0 && own[0] / own[1] >= 1.1
            }
        }
    }
}

/// Claims with any kind, groups, statistic and direction: those that hold are worded, with the groups' own
/// numbers, and no other is.
#[test]
fn of_all_claims_only_those_that_hold_are_worded() {
    let oracle = Oracle { facts: serde_json::from_str(FACTS).unwrap() };
    let kinds = ["leader", "shared_lead", "last", "order", "level", "more", "less", "times"];
    let lists = ["regions", "brands", "models", "segments", "budget", "months", "texts"];
    let some = (
        select(kinds.to_vec()),
        select(lists.to_vec()),
        prop::sample::subsequence((0..8_usize).collect::<Vec<_>>(), 1..4).prop_shuffle(),
        select(vec!["records", "records", "sum", "mean", "score"]),
    );
    let (mut wrong, mut right) = (0, 0);
    let mut runner = TestRunner::new(ProptestConfig { cases: 600, ..ProptestConfig::default() });
    runner
        .run(&some, |(kind, list, places, statistic)| {
            let members = oracle.list(list);
            let places: Vec<_> = places.into_iter().filter(|at| *at < members.len()).collect();
            if places.is_empty() {
                return Ok(());
            }
            let ids: Vec<_> = places.iter().map(|at| members[*at].0.as_str()).collect();
            let claim = by(kind, &ids, statistic);
            let said = claimed(&claim);
            let holds = oracle.holds(kind, list, &places, statistic);
            prop_assert_eq!(said.is_ok(), holds, "{}: {:?}", claim, said);
            Ok(())
        })
        .unwrap();
    // The same again, to count: a test of true claims alone would prove little.
    for kind in kinds {
        for list in lists {
            for (a, b) in [(0, 1), (1, 0), (0, 2), (2, 1)] {
                for statistic in ["records", "sum", "mean", "score"] {
                    let one = matches!(kind, "leader" | "last");
                    let places = if one { vec![a] } else { vec![a, b] };
                    if places.iter().any(|at| *at >= oracle.list(list).len()) {
                        continue;
                    }
                    let holds = oracle.holds(kind, list, &places, statistic);
                    *(if holds { &mut right } else { &mut wrong }) += 1;
                }
            }
        }
    }
    assert!(wrong > 100 && right > 100, "{wrong} wrong and {right} right");
}

#[test]
fn every_figure_is_the_fact_that_it_names() {
    let facts: Value = serde_json::from_str(FACTS).unwrap();
    let aggregated = AggregatedRun::smartphone_sales();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(aggregated.run(&input(false))).unwrap();
    let analysis = aggregated.analysis();
    let mut figures = 0;
    for (name, text, basis) in statements(&analysis) {
        assert!(text.starts_with(&basis.claims[0].text), "{name}");
        for claim in &basis.claims {
            for figure in &claim.figures {
                let at = usize::try_from(figure.at).unwrap();
                let shown: String =
                    claim.text.chars().skip(at).take(figure.shown.chars().count()).collect();
                assert_eq!(shown, figure.shown, "{}", claim.text);
                let found: Vec<_> =
                    figure.facts.iter().map(|fact| facts.pointer(fact).unwrap()).collect();
                if let [Value::String(_) | Value::Number(_)] = found.as_slice() {
                    let exact =
                        found[0].as_str().map_or_else(|| found[0].to_string(), str::to_owned);
                    assert_eq!(figure.value, exact, "{figure:?}");
                }
                figures += 1;
            }
        }
    }
    assert!(figures > 60, "{figures}");
}
