//! `report.html`, the copy for the browser: one file that needs nothing else and runs nothing.

use askama::Template;
use base64::{Engine, prelude::BASE64_STANDARD};
use pipeline_core::{
    document::Document, error::StepResult, ports::Publication, results::RenderedReport,
    steps::send_report::RenderInput,
};
use sha2::{Digest, Sha256};

use crate::{
    Config, Ports,
    evidence::Evidence,
    report::{Limits, Report, View},
    template::rendered,
};

const STYLE: &str = include_str!("../templates/report/page.css");

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    report: &'a Report,
    style: &'static str,
    /// SHA-256 of the style sheet, in Base64: the only thing that the page's policy lets in.
    style_hash: String,
}

/// Renders the report and publishes it. The same run and results give the same bytes, by the same program.
pub(crate) async fn render(
    input: &RenderInput,
    ports: Ports<'_>,
    config: &Config,
) -> StepResult<RenderedReport> {
    let RenderInput { run, results } = input;
    let evidence = Evidence::read(ports.store, results).await?;
    let link = |key: &str| Some(config.links.page_url(run, key));
    let view = View { limits: Limits::PAGE, link: &link, program_version: &config.program_version };
    let report = Report::new(run, results, &evidence, &view);
    let style_hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let page = Document {
        key: &run.outputs.report,
        content_type: "text/html; charset=utf-8",
        bytes: rendered(&Page { report: &report, style: STYLE, style_hash })?.into_bytes(),
        record_count: None,
    };
    Ok(RenderedReport { report: page.publish(run, ports.store, Publication::Replace).await? })
}
