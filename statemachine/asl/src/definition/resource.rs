//! What a Task state calls: its `Resource`.

/// A function, named in one of the two ways that AWS has for calling Lambda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `Resource` is the function's ARN; the state's arguments are its payload.
    Function(FunctionName),
    /// `arn:aws:states:::lambda:invoke`; `FunctionName` and `Payload` are arguments.
    LambdaInvoke,
}

/// A function by ARN or by name, with a version or alias perhaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionName {
    /// As it is written.
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

/// What `lambda:invoke` takes; `LogType` and `ClientContext` change nothing here.
pub(crate) const INVOKE_ARGUMENTS: &[&str] =
    &["ClientContext", "FunctionName", "InvocationType", "LogType", "Payload", "Qualifier"];

impl Resource {
    /// Reads a `Resource`; the error is a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", ..] => FunctionName::parse(text)
                .map(Self::Function)
                .ok_or_else(|| format!("'{text}' is not the ARN of a Lambda function")),
            ["arn", _, "states", _, _, "lambda", "invoke"] => Ok(Self::LambdaInvoke),
            ["arn", _, "states", _, _, service @ ..] if !service.is_empty() => Err(format!(
                "the integration '{}' is not run here; only lambda:invoke and the ARN of a Lambda \
                 function are",
                service.join(":")
            )),
            _ => Err(format!(
                "'{text}' is neither the ARN of a Lambda function nor \
                 arn:aws:states:::lambda:invoke"
            )),
        }
    }
}

impl FunctionName {
    /// Reads what `FunctionName` may be: an ARN, `account:function:name`, `name`, each with
    /// `:qualifier` perhaps.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (name, qualifier) = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", rest @ ..] | [_, "function", rest @ ..] => {
                match rest {
                    [name] => (*name, None),
                    [name, qualifier] => (*name, Some(*qualifier)),
                    _ => return None,
                }
            }
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return None,
        };
        if name.is_empty() || qualifier.is_some_and(str::is_empty) {
            return None;
        }
        Some(Self {
            arn: text.to_owned(),
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, Option<&str>)>) {
        let name = FunctionName::parse(text);
        let read = name.as_ref().map(|f| (f.name.as_str(), f.qualifier.as_deref()));
        assert_eq!(read, expect, "{text}");
    }

    #[test]
    fn function_names() {
        let arn = "arn:aws:lambda:eu-west-1:111111111111:function:f";
        check(arn, Some(("f", None)));
        check(&format!("{arn}:7"), Some(("f", Some("7"))));
        check(&format!("{arn}:$LATEST"), Some(("f", Some("$LATEST"))));
        check("111111111111:function:f", Some(("f", None)));
        check("f", Some(("f", None)));
        check("f:live", Some(("f", Some("live"))));
        check("", None);
        check("f:", None);
        check("arn:aws:lambda:eu-west-1:111111111111:function:", None);
        check("arn:aws:lambda:eu-west-1:111111111111:layer:f", None);
    }

    #[test]
    fn resources() {
        assert_eq!(Resource::parse("arn:aws:states:::lambda:invoke"), Ok(Resource::LambdaInvoke));
        assert_eq!(
            Resource::parse("arn:aws-cn:states:::lambda:invoke"),
            Ok(Resource::LambdaInvoke)
        );
        let refused = |text| Resource::parse(text).unwrap_err();
        assert!(refused("arn:aws:states:::lambda:invoke.waitForTaskToken").contains("waitFor"));
        assert!(refused("arn:aws:states:::sqs:sendMessage").contains("sqs:sendMessage"));
        assert!(refused("f").contains("neither"));
    }
}
