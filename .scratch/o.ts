import '../tests/harness/orchestrator/orchestrator-setup.ts'
