#!/bin/sh
# stocks-etl @VERSION@ for @SYSTEM@: unpacks itself once into a cache, then becomes the program (same process, same
# signals, same exit code). Below the last line of this text is the archive. Needs sh, tail, gzip, tar, find, mktemp.

id=@ID@
megabytes=@MEGABYTES@

fail() {
  printf 'stocks-etl: %s\n' "$2" >&2
  exit "$1"
}

if [ -n "${STOCKS_ETL_CACHE:-}" ]; then cache=$STOCKS_ETL_CACHE
elif [ -n "${XDG_CACHE_HOME:-}" ]; then cache=$XDG_CACHE_HOME/stocks-etl
elif [ -n "${HOME:-}" ]; then cache=$HOME/.cache/stocks-etl
else fail 2 'Cannot unpack the program: HOME is not set; set STOCKS_ETL_CACHE to a directory for it'
fi
case $cache in /*) ;; *) cache=$PWD/$cache ;; esac
program=$cache/$id

# Everything is there, of the right size, and nothing was written to since it was unpacked. Reading it all again would
# take longer than the start itself.
whole() {
  [ -f "$program/.complete" ] || return 1
  for file in @FILES@; do [ -f "$program/$file" ] || return 1; done
  [ -z "$(find "$program" -name state -prune -o -type f ! -name .stocks-etl-used \
    \( -newer "$program/.complete" @WRONG_SIZES@ \) -print 2>&1)" ]
}

unpack() {
  [ "$(uname -s) $(uname -m)" = '@SYSTEM@' ] ||
    fail 2 "Cannot run on $(uname -s) $(uname -m): this file is for @SYSTEM@; take the one for this machine"
  umask 077
  draft=
  trap '[ -z "$draft" ] || rm -rf "$draft"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # shellcheck disable=SC2015 # either failure is the same one
  mkdir -p "$cache" 2> /dev/null && draft=$(mktemp -d "$cache/.draft.XXXXXX" 2> /dev/null) ||
    fail 2 "Cannot unpack into \"$cache\": it cannot be written; set STOCKS_ETL_CACHE to a directory that can be, with $megabytes MB free"
  mkdir "$draft/program"
  # A pipe tells how its last part ended; gzip, which knows the checksum, has to be asked as well.
  ended=$({
    tail -n +@FIRST_LINE@ "$0" | { gzip -dc; echo "gzip $?" >&3; } | tar -xf - -C "$draft/program"
    echo "tar $?" >&3
  } 3>&1 >&2)
  [ "$ended" = 'gzip 0
tar 0' ] && true > "$draft/program/.complete" ||
    fail 1 "Cannot unpack into \"$cache\": it takes $megabytes MB and $(df -Pk "$cache" | awk 'END { print int($4 / 1024) }') are free; make room or set STOCKS_ETL_CACHE to another directory; if there is room, this file is damaged: fetch it again"
  reason=$("$draft/program/deno" --version 2>&1) ||
    fail 2 "Cannot start what was unpacked into \"$cache\" ($(printf '%s' "$reason" | head -n 1)): the directory may forbid programs (noexec); set STOCKS_ETL_CACHE to another one"
  # Another process may have been faster. What is damaged is taken aside and goes with the draft.
  if ! whole; then
    [ ! -e "$program" ] || mv "$program" "$draft/damaged" 2> /dev/null
    mv -T "$draft/program" "$program" 2> /dev/null || [ -e "$program" ] || mv "$draft/program" "$program"
  fi
  whole || fail 1 "Cannot unpack into \"$cache\": \"$program\" is not what was put there; empty that directory and try again"
  # What a killed start left behind, and versions nobody has started for a month.
  find "$cache" -maxdepth 1 -name '.draft.*' -mmin +60 -exec rm -rf {} + 2> /dev/null
  find "$cache" -mindepth 2 -maxdepth 2 -name .stocks-etl-used -mtime +30 \
    -exec sh -c 'rm -rf "${1%/*}"' - {} \; 2> /dev/null
  rm -rf "$draft"
  trap - EXIT HUP INT TERM
}

mask=$(umask)
whole || unpack
umask "$mask"
true 2> /dev/null > "$program/.stocks-etl-used"
export DENO_DIR="$program/state" DENO_NO_UPDATE_CHECK=1 STOCKS_ETL_FILE="$0"
exec "$program/deno" run @FLAGS@ "$program/app.js" "$@"
