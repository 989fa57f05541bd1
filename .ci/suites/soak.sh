#!/usr/bin/env bash
# A minute of calls that end in every way; nothing may pile up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm run -s soak -- --minutes 1
