#!/usr/bin/env bash
# Taut's CPU and allocations a call against what is recorded: two short rounds are enough for a slow-down worth failing for.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm run -s bench -- --guard --workload small-64,order-64
