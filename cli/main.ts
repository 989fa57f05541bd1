#!/usr/bin/env node
/** The `taut` command. */
export {};
