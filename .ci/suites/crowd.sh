#!/usr/bin/env bash
# A hundredth of the idle connections and slow readers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
npm run -s crowd -- --share 1
