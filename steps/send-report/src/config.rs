//! What may differ between a laptop and AWS, and between two owners.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pipeline_core::run::Run;

/// The settings of the step.
#[derive(Debug, Clone)]
pub struct Config {
    /// The sender's address.
    pub from: String,
    /// The name that mail clients show for the sender.
    pub from_name: String,
    /// The recipients' addresses. Without any, a mail is refused and not sent to nobody.
    pub to: Vec<String>,
    /// Attach the rejected rows. Off, row data does not leave the bucket, and the mail says where
    /// they are.
    pub attach_rejected: bool,
    /// The size in bytes of the rejected file above which it is not attached.
    pub attachment_limit_bytes: u64,
    /// How links are made.
    pub links: Links,
    /// The version that `report.html` names; a mail names that of the manifest.
    pub program_version: String,
}

/// The default of [`Config::attachment_limit_bytes`].
pub const ATTACHMENT_LIMIT_BYTES: u64 = 256 * 1024;

/// Templates of links. `{bucket}`, `{key}` and `{execution}` (the ARN) are percent-encoded.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// From `report.html` to an object; `None`: relative to the report.
    pub page: Option<String>,
    /// From a mail to an object, such as `file:///…/{key}` or a console's URL; `None`: no link, the
    /// key is named.
    pub mail: Option<String>,
    /// From a mail to an execution, such as a console's URL; `None`: the mail names the command that
    /// shows it.
    pub execution: Option<String>,
}

impl Links {
    pub(crate) fn page_url(&self, run: &Run, key: &str) -> String {
        match &self.page {
            Some(template) => object_url(template, &run.source.bucket, key),
            None => relative(&run.outputs.report, key),
        }
    }

    pub(crate) fn mail_url(&self, bucket: &str, key: &str) -> Option<String> {
        self.mail.as_deref().map(|template| object_url(template, bucket, key))
    }

    pub(crate) fn execution_url(&self, arn: &str) -> Option<String> {
        let template = self.execution.as_deref()?;
        Some(template.replace("{execution}", &percent_encoded(arn)))
    }
}

fn object_url(template: &str, bucket: &str, key: &str) -> String {
    // The bucket first: a key may hold `{bucket}`, but encoded it holds no brace.
    template.replace("{bucket}", &percent_encoded(bucket)).replace("{key}", &percent_encoded(key))
}

/// The path from one key's folder to another key.
fn relative(from: &str, to: &str) -> String {
    let folders: Vec<&str> = from.split('/').rev().skip(1).collect();
    let target: Vec<&str> = to.split('/').collect();
    let common = folders.iter().rev().zip(&target).take_while(|(a, b)| a == b).count();
    let common = common.min(target.len().saturating_sub(1));
    let mut path = "../".repeat(folders.len() - common);
    path.push_str(&percent_encoded(&target[common..].join("/")));
    path
}

/// All but the unreserved characters of RFC 3986 and the slash. A colon is encoded too, so that no path
/// reads as a scheme.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_link_climbs_to_the_common_folder() {
        let report = "reports/run-1/report.html";
        assert_eq!(relative(report, "reports/run-1/facts.json"), "facts.json");
        assert_eq!(relative(report, "processed/a b/ü.csv"), "../../processed/a%20b/%C3%BC.csv");
        assert_eq!(relative(report, "reports/run-2/facts.json"), "../run-2/facts.json");
        assert_eq!(relative(report, "javascript:alert(1)"), "../../javascript%3Aalert%281%29");
        assert_eq!(relative("report.html", "javascript:alert"), "javascript%3Aalert");
    }

    #[test]
    fn a_key_cannot_rewrite_a_template() {
        let url = object_url("https://host/{bucket}?prefix={key}", "b", "a&{bucket}/\"x.csv");
        assert_eq!(url, "https://host/b?prefix=a%26%7Bbucket%7D/%22x.csv");
    }
}
