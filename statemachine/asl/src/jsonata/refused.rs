//! What an expression names, and what AWS's JSONata 2.0.6 does not have.

use std::collections::BTreeSet;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

/// How deep an expression may nest.
const MAX_NESTING: usize = 256;

/// The variables that an expression mentions, without `$`; or why AWS would refuse it.
pub(super) fn variables_of(ast: &AstNode) -> Result<BTreeSet<String>, String> {
    let mut walk = Walk { variables: BTreeSet::new() };
    walk.node(ast, 0)?;
    Ok(walk.variables)
}

struct Walk {
    variables: BTreeSet<String>,
}

impl Walk {
    fn node(&mut self, node: &AstNode, depth: usize) -> Result<(), String> {
        if depth > MAX_NESTING {
            return Err(format!("the expression is nested deeper than {MAX_NESTING} levels"));
        }
        let depth = depth + 1;
        match node {
            AstNode::String(_)
            | AstNode::Name(_)
            | AstNode::Number(_)
            | AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Undefined
            | AstNode::Placeholder
            | AstNode::Regex { .. }
            | AstNode::ParentVariable(_)
            | AstNode::Wildcard
            | AstNode::Descendant
            | AstNode::Parent(_) => Ok(()),
            AstNode::Variable(name) => self.name(name),
            AstNode::Path { steps } => steps.iter().try_for_each(|step| self.step(step, depth)),
            AstNode::Binary { op, lhs, rhs } => {
                refuse_operator(*op)?;
                self.node(lhs, depth)?;
                self.node(rhs, depth)
            }
            AstNode::Unary { operand, .. } => self.node(operand, depth),
            AstNode::Function { name, args, .. } => {
                self.name(name)?;
                self.nodes(args, depth)
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure, depth)?;
                self.nodes(args, depth)
            }
            AstNode::Lambda { body, .. } => self.node(body, depth),
            AstNode::Array(items) | AstNode::Block(items) | AstNode::ArrayGroup(items) => {
                self.nodes(items, depth)
            }
            AstNode::Object(pairs) => self.pairs(pairs, depth),
            AstNode::ObjectTransform { input, pattern } => {
                self.node(input, depth)?;
                self.pairs(pattern, depth)
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.node(condition, depth)?;
                self.node(then_branch, depth)?;
                else_branch.iter().try_for_each(|branch| self.node(branch, depth))
            }
            AstNode::FunctionApplication(inner) => self.node(inner, depth),
            AstNode::Sort { input, terms } => {
                self.node(input, depth)?;
                terms.iter().try_for_each(|(term, _)| self.node(term, depth))
            }
            AstNode::Transform { location, update, delete } => {
                self.node(location, depth)?;
                self.node(update, depth)?;
                delete.iter().try_for_each(|delete| self.node(delete, depth))
            }
        }
    }

    fn nodes(&mut self, nodes: &[AstNode], depth: usize) -> Result<(), String> {
        nodes.iter().try_for_each(|node| self.node(node, depth))
    }

    fn pairs(&mut self, pairs: &[(AstNode, AstNode)], depth: usize) -> Result<(), String> {
        pairs.iter().try_for_each(|(key, value)| {
            self.node(key, depth)?;
            self.node(value, depth)
        })
    }

    fn step(&mut self, step: &PathStep, depth: usize) -> Result<(), String> {
        self.node(&step.node, depth)?;
        step.stages.iter().try_for_each(|stage| match stage {
            Stage::Filter(filter) => self.node(filter, depth),
            Stage::KeepArray | Stage::Index(_) => Ok(()),
        })
    }

    fn name(&mut self, name: &str) -> Result<(), String> {
        if name == "eval" {
            return Err("Step Functions has no $eval".to_owned());
        }
        self.variables.insert(name.to_owned());
        Ok(())
    }
}

fn refuse_operator(op: BinaryOp) -> Result<(), String> {
    let operator = match op {
        BinaryOp::Coalesce => "??",
        BinaryOp::Default => "?:",
        _ => return Ok(()),
    };
    Err(format!("Step Functions speaks JSONata 2.0.6, which has no operator {operator}"))
}
