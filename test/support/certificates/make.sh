#!/usr/bin/env bash
# Makes the certificates that tests use: a CA, a server and a client signed by it, an expired server, and a stranger's CA and server.
# Valid for a hundred years, so that tests do not fail on a date. Run it in this folder; the keys are worthless by design.
set -euo pipefail
ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -keyout "$1.key" -out "$1.pem" -subj "/CN=$2" 2>/dev/null; }
signed() { # name, subject, CA, alternative names, extra arguments of x509
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -out "$1.pem" -extfile <(echo "subjectAltName=$4") "${@:5}" 2>/dev/null
  rm "$1.csr"
}
ca ca "Taut test CA"
ca stranger-ca "Another CA"
signed server localhost ca "DNS:localhost,IP:127.0.0.1" -days 36500
signed other-name elsewhere.test ca "DNS:elsewhere.test" -days 36500
signed client orders-service ca "DNS:orders-service" -days 36500
signed stranger localhost stranger-ca "DNS:localhost,IP:127.0.0.1" -days 36500
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout expired.key -out expired.csr -subj "/CN=localhost" 2>/dev/null
mkdir -p demo && : > demo/index.txt && echo 01 > demo/serial
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=demo/index.txt\nserial=demo/serial\nnew_certs_dir=demo\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' > demo/ca.cnf
openssl ca -batch -config demo/ca.cnf -in expired.csr -cert ca.pem -keyfile ca.key -startdate 20200101000000Z -enddate 20200201000000Z -out expired.pem -notext 2>/dev/null
rm -rf demo expired.csr ./*.srl
