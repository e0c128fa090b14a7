//! Behaviour suites of the ports.
