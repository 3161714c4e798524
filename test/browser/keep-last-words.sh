#!/bin/sh
# Starts the browser BROWSER_PATH, and keeps what it says on stderr in BROWSER_LOG: Playwright tells nobody what a
# browser said that died after it had started.
exec "$BROWSER_PATH" "$@" 2>"$BROWSER_LOG"
