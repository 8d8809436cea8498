"""Computing evidence: performance, fairness, explanations, drift, data validation, sealing."""
