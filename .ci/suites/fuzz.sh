#!/usr/bin/env bash
# A hundredth of the hostile frames and random operations.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm run -s fuzz -- --share 1
