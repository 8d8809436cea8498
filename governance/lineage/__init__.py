"""What the entries say about models and data: subjects, record types, evidence results, the lineage graph."""
