#!/bin/sh
# Asks about a file, keeps the receipt, and has it checked here: verify.sh SERVICE KEY FILE
# The key comes from the log's operator, by another way than the service.
set -eu
service=$1 key=$2 file=$3
asked="$service/v1/verify/sha-256/$(sha256sum < "$file" | cut -c1-64)"
verdict=$(curl -fsS "$asked" | sed -n 's/^{"verdict":"\([A-Za-z]*\)".*/\1/p')
echo "$verdict, says the service"
case $verdict in unknown | conflicting) exit 1 ;; esac    # there is no receipt, or none that says it all
curl -fsS -o "$file.tlog-proof" "$asked/receipt"
truecopy receipt check "$file" --key "$key"
[ "$verdict" = verified ]
