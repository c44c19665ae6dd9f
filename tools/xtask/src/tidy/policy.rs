//! Thresholds live in the engine's policy module and nowhere else.
//!
//! A program cannot tell a threshold from another number. It can see the three shapes in which
//! thresholds escape: a radius made from a literal, a constant named like a threshold, and a
//! comparison of something named like a measure with a literal.

use super::purity::crate_of;
use super::tree::{self, Source};
use super::{Complaint, Tree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

const RULE: &str = "policy";

const POLICY: &str = "crates/athar-engine/src/policy";

/// Parts of names that say "above this it counts".
const THRESHOLD_NAMES: &[&str] =
    &["THRESHOLD", "RADIUS", "MIN_QUALITY", "QUALITY_MIN", "MAX_DISTANCE", "DISTANCE_MAX"];

/// Names of what verdicts are made of.
const MEASURES: &[&str] = &["distance", "quality", "false_alarm_rate", "score", "similarity"];

/// Bounds of the scales themselves are no thresholds.
const BOUNDS: &[&str] = &["0", "1", "100", "255", "256", "0.0", "1.0"];

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let ours = tree.sources().iter().filter(|source| crate_of(&source.path).is_some());
    let elsewhere = ours.filter(|source| !source.path.starts_with(POLICY) && !source.test_only);
    elsewhere.flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Complaint> {
    let mut finder = Finder { found: Vec::new() };
    finder.visit_file(&source.ast);
    let complain = |(line, what): (usize, String)| {
        let reason = format!("{what}: thresholds and verdicts live in the engine's policy module");
        Complaint::new(&source.path, line, RULE, reason)
    };
    finder.found.into_iter().map(complain).collect()
}

struct Finder {
    found: Vec<(usize, String)>,
}

impl Finder {
    fn constant(&mut self, name: &syn::Ident, value: &syn::Expr) {
        let text = name.to_string();
        let named = THRESHOLD_NAMES.iter().any(|part| text.contains(part));
        if named && literal(value).is_some_and(|digits| !BOUNDS.contains(&digits.as_str())) {
            self.found.push((name.span().start().line, format!("a constant {text}")));
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !tree::is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(&item.ident, &item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(&item.ident, &item.expr);
        visit::visit_impl_item_const(self, item);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let first = call.args.first().and_then(literal);
        if let (true, Some(digits)) = (makes_radius(&call.func), first)
            && !BOUNDS.contains(&digits.as_str())
        {
            self.found.push((call.span().start().line, format!("a radius of {digits}")));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_binary(&mut self, comparison: &'ast syn::ExprBinary) {
        if let Some(what) = compared(comparison) {
            self.found.push((comparison.span().start().line, what));
        }
        visit::visit_expr_binary(self, comparison);
    }
}

fn makes_radius(function: &syn::Expr) -> bool {
    let syn::Expr::Path(path) = function else { return false };
    let names: Vec<_> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
    names.ends_with(&["Radius".to_owned(), "new".to_owned()])
}

/// What a comparison of a measure with a literal says, if it is one.
fn compared(comparison: &syn::ExprBinary) -> Option<String> {
    use syn::BinOp::{Ge, Gt, Le, Lt};
    if !matches!(comparison.op, Lt(_) | Le(_) | Gt(_) | Ge(_)) {
        return None;
    }
    let (left, right) = (&*comparison.left, &*comparison.right);
    let (measure, digits) = match (literal(left), literal(right)) {
        (None, Some(digits)) => (measure(left)?, digits),
        (Some(digits), None) => (measure(right)?, digits),
        _ => return None,
    };
    let is_bound = BOUNDS.contains(&digits.as_str());
    (!is_bound).then(|| format!("{measure} is compared with {digits}"))
}

fn literal(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Int(int) => Some(int.base10_digits().to_owned()),
            syn::Lit::Float(float) => Some(float.base10_digits().to_owned()),
            _ => None,
        },
        syn::Expr::Paren(inner) => literal(&inner.expr),
        _ => None,
    }
}

/// The measure that an expression ends in: `distance`, `x.distance`, `x.distance().bits()`.
fn measure(expression: &syn::Expr) -> Option<&'static str> {
    let name = match expression {
        syn::Expr::Path(path) => path.path.segments.last()?.ident.to_string(),
        syn::Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(_) => return measure(&field.base),
        },
        syn::Expr::MethodCall(call) if call.method == "bits" => return measure(&call.receiver),
        syn::Expr::MethodCall(call) => call.method.to_string(),
        syn::Expr::Paren(inner) => return measure(&inner.expr),
        _ => return None,
    };
    MEASURES.iter().copied().find(|measure| name == *measure)
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&testing::tree(&[(path, text)])).iter().map(|complaint| complaint.line).collect()
    }

    const ESCAPED: &str = "const PDQ_RADIUS: u16 = 31;\nfn f(q: Q) {\n Radius::new(31);\n if q.quality < 50 {}\n \
                           if 31 >= a.distance(&b).bits() {}\n}\n";

    #[test]
    fn thresholds_outside_policy_are_seen() {
        assert_eq!(lines("crates/athar-index/src/lib.rs", ESCAPED), [1, 3, 4, 5]);
        assert_eq!(lines("crates/athar-engine/src/lookup.rs", ESCAPED), [1, 3, 4, 5]);
    }

    #[test]
    fn policy_tests_and_benchmarks_may_have_them() {
        assert_eq!(lines("crates/athar-engine/src/policy.rs", ESCAPED), [0; 0]);
        assert_eq!(lines("benches/benches/scan.rs", ESCAPED), [0; 0]);
        let in_tests = format!("#[cfg(test)]\nmod tests {{\n{ESCAPED}}}\n");
        assert_eq!(lines("crates/athar-index/src/lib.rs", &in_tests), [0; 0]);
    }

    #[test]
    fn bounds_and_other_numbers_are_no_thresholds() {
        let text = "const SIDE_PX: u16 = 31;\nfn f() {\n Radius::new(256);\n if quality > 100 {}\n if width < 31 {}\n}\n";
        assert_eq!(lines("crates/athar-index/src/lib.rs", text), [0; 0]);
    }
}
