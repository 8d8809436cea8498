"""Policies, checks, verdicts, approvals, waivers, receipts, replay."""
