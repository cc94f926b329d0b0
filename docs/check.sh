#!/bin/sh
# Checks a receipt with coreutils and openssl alone, as `truecopy receipt check` does.
# It proves the act in the receipt, and not how the document stands: what proves that is described in status.md.
# usage: sh check.sh FILE RECEIPT VERIFIER-KEY
file=$1 receipt=$2 key=$3
export LC_ALL=C; set -f
no() { echo "$1"; exit 1; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { tr a-f A-F | basenc --base16 -d; }
# Whether text has a form in which ~ is a JSON string and # a number.
is() { printf %s "$1" | grep -aEzxq "$(printf %s "$2" | sed 's/~/"([^"\\[:cntrl:]]|\\\\.)*"/g; s/#/(0|[1-9][0-9]{0,17})/g')"; }

# The extra line holds the entry (the exact bytes in the log) and the opening (the nonce).
[ "$(sed -n 1p < "$receipt")" = c2sp.org/tlog-proof@v1 ] || no 'not a receipt'
extra=$(sed -n '2s/^extra //p' < "$receipt" | base64 -d)
base64='[A-Za-z0-9+/]*=*'
status='\{"entry":"'$base64'","path":"'$base64'","page":"'$base64'","pagePath":"'$base64'"\}'
is "$extra" '\{"entry":"[A-Za-z0-9+/]+=*","opening":"[0-9a-f]{64}"(,"successor":~)?(,"note":~)?(,"status":'"$status"')?\}' || no 'not a receipt'
entry=${extra#*:\"} nonce=${extra#*\"opening\":\"}
entry=${entry%%\"*} nonce=${nonce%%\"*}
text=$(printf %s "$entry" | base64 -d)
[ "$(printf %s "$text" | base64 -w0)" = "$entry" ] || no 'not a receipt'

# 1. The entry commits to this file, in the one place where an entry does so.
commitment=$({ printf 'sha-256\0'; sha256sum < "$file" | cut -c1-64 | tr -d '\n' | unhex; } |
  openssl mac -digest SHA256 -macopt "hexkey:$nonce" HMAC | tr A-F a-f)
names='\{("en":~(,"zh-Hans":~)?(,"zh-Hant":~)?|"zh-Hans":~(,"zh-Hant":~)?|"zh-Hant":~)\}'
is "$text" '\{"v":1,"act":"[a-z]+","at":~,"issuer":~,"legalName":~(,"legalNames":'"$names"')?,"jurisdiction":~,"position":#,"algorithm":"sha-256",'\
'"commitment":"'"$commitment"'"(,"validFrom":~)?(,"expires":~)?(,"(replaces|yields)":#)?(,"target":#)?(,"reason":~)?'\
'(,"successorCommitment":~)?(,"noteCommitment":~)?\}' || no 'not this file'

# 2. The entry is under the checkpoint's root: hash upwards (RFC 9162, section 2.1.3.2).
note=$(sed '1,/^$/d' < "$receipt")
index=$(sed -n '3s/^index //p' < "$receipt") size=$(printf '%s\n' "$note" | sed -n 2p)
is "$index" '#' && is "$size" '#' && [ "$index" -lt "$size" ] || no 'not in the log'
at=$index last=$((size - 1))
hash=$({ printf '\0'; printf %s "$text"; } | sha256sum | cut -c1-64)
for sibling in $(sed '1,/^$/!d' < "$receipt" | sed 1,3d); do
  sibling=$(printf %s "$sibling" | base64 -d | hex)
  [ "$last" -gt 0 ] && [ ${#sibling} -eq 64 ] || no 'not in the log'
  if [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; then
    hash=$({ printf '\1'; printf %s "$sibling$hash" | unhex; } | sha256sum | cut -c1-64)
    while [ $((at % 2)) -eq 0 ] && [ "$at" -ne 0 ]; do at=$((at / 2)) last=$((last / 2)); done
  else
    hash=$({ printf '\1'; printf %s "$hash$sibling" | unhex; } | sha256sum | cut -c1-64)
  fi
  at=$((at / 2)) last=$((last / 2))
done
root=$(printf '%s\n' "$note" | sed -n 3p | base64 -d | hex)
[ "$hash" = "$root" ] && [ "$last" -eq 0 ] || no 'not in the log'

# 3. The log's key signed the checkpoint, and the checkpoint is that log's.
work=$(mktemp -d); trap 'rm -r "$work"' EXIT
printf '%s\n' "$note" | sed '/^$/,$d' > "$work/text"
[ "$(sed -n 1p "$work/text")" = "${key%%+*}" ] || no 'not signed by this key'
printf %s "${key#*+*+}" | base64 -d | tail -c +2 > "$work/key"
printf '%s\n' "$note" | sed '1,/^$/d' | while read -r _ _ line; do
  printf %s "$line" | base64 -d | tail -c +5 > "$work/signature"
  openssl dgst -sha256 -keyform DER -verify "$work/key" -signature "$work/signature" "$work/text" && exit 7
done 2> "$work/errors"
[ $? -eq 7 ] || no 'not signed by this key'

# What is proven; characters that turn directions round or move the cursor as question marks.
printf '%s\n' "entry $index: $text" | sed 's/\xc2[\x80-\x9f]/?/g; s/\xd8\x9c/?/g; s/\xe2\x80[\x8b-\x8f\xa8-\xae]/?/g; s/\xe2\x81[\xa0-\xaf]/?/g'
