#!/usr/bin/env node
// Committed, not built: npm links a command only if its file is there when it installs, before any build.
import "../dist/cli.js";
