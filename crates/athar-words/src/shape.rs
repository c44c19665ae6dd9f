//! What a resource holds, for tests that hold languages against each other and against the code.

use crate::Language;
use crate::words::PLURAL;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement, Variant,
    VariantKey,
};
use fluent_syntax::parser;
use std::collections::{BTreeMap, BTreeSet};

/// The variables of a message and of each of its attributes. The message itself is the attribute
/// without a name.
pub type Shape = BTreeMap<String, BTreeSet<String>>;

/// The messages of a resource by their ids.
///
/// # Errors
///
/// What cannot be read, an id that is there twice, or a plural that lacks a category of the language.
pub fn shapes(language: Language, resource: &str) -> Result<BTreeMap<String, Shape>, String> {
    let resource = parser::parse(resource).map_err(|(_, errors)| format!("{errors:?}"))?;
    let mut shapes = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let id = message.id.name;
        let variables = |pattern| {
            let mut found = Found { language, variables: BTreeSet::new(), wrong: None };
            found.pattern(pattern);
            match found.wrong {
                Some(wrong) => Err(format!("{id}: {wrong}")),
                None => Ok(found.variables),
            }
        };
        let mut shape = Shape::new();
        if let Some(value) = &message.value {
            shape.insert(String::new(), variables(value)?);
        }
        for attribute in &message.attributes {
            shape.insert(attribute.id.name.to_owned(), variables(&attribute.value)?);
        }
        if shapes.insert(id.to_owned(), shape).is_some() {
            return Err(format!("{id} is there twice"));
        }
    }
    Ok(shapes)
}

struct Found {
    language: Language,
    variables: BTreeSet<String>,
    wrong: Option<String>,
}

impl Found {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                self.plural(selector, variants);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { id, arguments } => {
                if id.name != PLURAL {
                    self.wrong = Some(format!("there is no function {}", id.name));
                }
                self.call(arguments);
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            _ => {}
        }
    }

    fn call(&mut self, arguments: &CallArguments<&str>) {
        arguments.positional.iter().for_each(|argument| self.inline(argument));
    }

    /// A plural has every category of its language, and is chosen by `PLURAL` alone.
    fn plural(&mut self, selector: &InlineExpression<&str>, variants: &[Variant<&str>]) {
        let categories = self.language.plurals();
        let has = |name: &&&str| {
            variants.iter().any(
                |variant| matches!(&variant.key, VariantKey::Identifier { name: key } if key == *name),
            )
        };
        let told = categories.iter().filter(has).count();
        let by_plural = matches!(selector, InlineExpression::FunctionReference { .. });
        match by_plural {
            true if told < categories.len() => {
                self.wrong = Some(format!("a plural needs {categories:?}"));
            }
            false if told > 1 => self.wrong = Some("a plural is chosen by PLURAL($n)".into()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_found_wherever_it_stands() {
        let resource = "a = { PLURAL($n) ->\n    [one] { $x }\n   *[other] { { $y } }\n }\n    \
                        .b = { $z }\n";
        let shapes = shapes(Language::English, resource).unwrap();
        let names = |attribute: &str| shapes["a"][attribute].iter().map(String::as_str).collect();
        let (value, attribute): (Vec<_>, Vec<_>) = (names(""), names("b"));
        assert_eq!(value, ["n", "x", "y"]);
        assert_eq!(attribute, ["z"]);
    }

    #[test]
    fn what_is_broken_or_twice_is_an_error() {
        let wrong = |resource| shapes(Language::Arabic, resource).unwrap_err();
        assert!(wrong("a = { $x\n").contains("ExpectedToken"));
        assert!(wrong("a = 1\na = 2\n").starts_with("a is there twice"));
        assert!(wrong("a = { NUMBER($n) }\n").contains("no function NUMBER"));
        let one = "a = { PLURAL($n) ->\n    [one] 1\n   *[other] 2\n }\n";
        assert!(wrong(one).contains("a plural needs"), "{}", wrong(one));
        let bare = one.replace("PLURAL($n)", "$n");
        assert!(wrong(&bare).contains("chosen by PLURAL"));
    }
}
