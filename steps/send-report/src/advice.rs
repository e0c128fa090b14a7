//! What to do next, by what went wrong.

use contract::reject::RefusalCode;
use pipeline_core::error::ErrorKind;

/// What is to be done about a refused file.
pub(crate) fn for_refusal(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::MissingLabel => {
            "Add the missing column to the header, or correct its spelling, and drop the file again. \
             The order of the columns does not matter."
        }
        RefusalCode::DuplicateLabel => {
            "Rename or remove one of the columns that share a label, and drop the file again."
        }
        RefusalCode::BlankLabel => {
            "Give every column of the header a label, or remove the empty column, and drop the file \
             again."
        }
        RefusalCode::BlankHeader => {
            "The first line has to name the columns. Add the header, and drop the file again."
        }
        RefusalCode::SourceError => {
            "Export the file as CSV in UTF-8, with a name that ends in .csv, and drop it again."
        }
        RefusalCode::RejectRateExceeded => {
            "Look at the reasons below: one of them usually explains most of the rows. Correct the \
             source and drop the file again. If so many rejects are expected, raise maxRejectRate in \
             the contract and run the file again on request."
        }
        RefusalCode::FileTooLarge => {
            "Split the file into smaller ones, each with the header, and drop them one by one."
        }
        RefusalCode::UnsafeName => {
            "Rename the file: letters, digits, spaces, dots, dashes and underscores are safe. Then \
             drop it again."
        }
    }
}

/// What is to be done about a failed execution, by the name of its error.
pub(crate) fn for_failure(status: &str, error: &str) -> &'static str {
    let is = |kind: ErrorKind| error == kind.as_str();
    if is(ErrorKind::Throttled) || is(ErrorKind::DependencyUnavailable) {
        "A service that the pipeline needs did not answer, not even after retries. When it is back, \
         start the run again as below."
    } else if is(ErrorKind::Environment) {
        "The file is fine; something around the pipeline has to be mended first, and the cause says \
         what. Disk full: free some space. Folder read-only or not allowed: let the pipeline read and \
         write there, or choose another data folder. AWS denied a call: allow the role the action that \
         the cause names, also in the policies of the bucket and of its KMS key. No credentials, or \
         expired ones: sign in again. Bucket, table or model missing: create it, or correct its name \
         and region. Then start the run again as below."
    } else if is(ErrorKind::ObjectNotFound) {
        "The file, or the version of it that the run had pinned, is gone. Drop it again."
    } else if is(ErrorKind::Contract) {
        "The dataset has no contract, or its contract does not load. Correct the contract, then start \
         the run again as below."
    } else if is(ErrorKind::PreconditionFailed) {
        "Something changed an output, or took the run over, while it was at work. Look at the cause \
         before you start it again as below."
    } else if is(ErrorKind::Internal) {
        "This is a defect of the pipeline, not of the file. Keep the file, and report the error and \
         its cause to those who maintain the pipeline."
    } else if status == "TIMED_OUT" {
        "The execution did not end in the time that it may take. Look at the state that it was in. If \
         that state was refused again and again (Lambda.TooManyRequestsException), more files came at \
         once than the account's quota of concurrent executions of Lambda can serve: have the quota \
         raised, or drop fewer files at a time. Then start the run again as below."
    } else if error == "States.Timeout" {
        "A step took longer than it may. Look at which one, then start the run again as below."
    } else if status == "ABORTED" {
        "Somebody stopped this execution. If the file is still to be processed, start the run again \
         as below."
    } else {
        "Look at the cause, then start the run again as below."
    }
}
