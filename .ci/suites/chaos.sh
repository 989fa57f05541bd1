#!/usr/bin/env bash
# Every fault of a network in turn, a hundredth of the calls.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm run -s chaos -- --share 1
