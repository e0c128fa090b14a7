//! Enums whose variants have a name in files.

/// Defines an enum from one list of variants and their names. `ALL`, `as_str` and the text that serde
/// reads and writes follow from the list, so that they cannot disagree and no variant is forgotten.
///
/// ```
/// contract::named_enum! {
///     /// How a run ended.
///     pub enum Outcome {
///         /// With a result.
///         Completed = "completed",
///         /// Without one.
///         Failed = "failed",
///     }
/// }
/// assert_eq!(Outcome::ALL.map(Outcome::as_str), ["completed", "failed"]);
/// ```
#[macro_export]
macro_rules! named_enum {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$about_variant:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            ::serde::Serialize, ::serde::Deserialize,
        )]
        $visibility enum $name {
            $($(#[$about_variant])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of the definition.
            $visibility const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            /// The name, as it is written everywhere.
            $visibility const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}
