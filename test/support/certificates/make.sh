#!/usr/bin/env bash
# Makes the certificates that tests use: a CA, servers and a client signed by it, an expired server, and a stranger's CA and server.
# Valid from 2020 for a hundred years, so that tests fail neither on a date nor on a clock that is wrong. Run it in this folder; the
# keys are worthless by design.
set -euo pipefail
make() { # name, subject, signer (itself for a CA), extension, last day
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
  rm -rf demo && mkdir demo && : > demo/index.txt && openssl rand -hex 8 > demo/serial
  printf '[ca]\ndefault_ca=d\n[d]\ndatabase=demo/index.txt\nserial=demo/serial\nnew_certs_dir=demo\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\n%s\n' "$4" > demo/ca.cnf
  local signer=(-cert "$3.pem" -keyfile "$3.key")
  if [ "$1" = "$3" ]; then signer=(-selfsign -keyfile "$1.key"); fi
  openssl ca -batch -config demo/ca.cnf -in "$1.csr" "${signer[@]}" -startdate 20200101000000Z -enddate "$5" -out "$1.pem" -notext 2>/dev/null
  rm -rf demo "$1.csr"
}
ever=21200101000000Z
local_names="subjectAltName=DNS:localhost,IP:127.0.0.1"
make ca "Taut test CA" ca "basicConstraints=critical,CA:TRUE" $ever
make stranger-ca "Another CA" stranger-ca "basicConstraints=critical,CA:TRUE" $ever
make server localhost ca "$local_names" $ever
make renewed localhost ca "$local_names" $ever
make other-name elsewhere.test ca "subjectAltName=DNS:elsewhere.test" $ever
make client orders-service ca "subjectAltName=DNS:orders-service" $ever
make stranger localhost stranger-ca "$local_names" $ever
make expired localhost ca "$local_names" 20200201000000Z
