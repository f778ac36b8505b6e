policy "ML1015" {
  name     = "oracle-instant-client-on-musl"
  title    = "Oracle's Instant Client is built for glibc only"
  severity = "warning"
  covers   = ["ORACLE_INSTANTCLIENT", "LIBC6_COMPAT_INSUFFICIENT"]
  once     = "stage"
  links = [
    "https://github.com/oracle/node-oracledb/issues/825",
    "https://python-oracledb.readthedocs.io/en/latest/user_guide/appendix_a.html",
  ]

  match "download" {
    libc = ["musl"]
    url  = ["*instantclient*", "*instant_client*"]
  }
  match "copy" {
    libc   = ["musl"]
    origin = ["context", "stage", "image"]
    source = ["*instantclient*", "*instant_client*", "*/lib/oracle/*"]
  }
  when = stage.shipped

  at      = instruction.keyword == "COPY" ? word_range("(?i)instant_?client|/lib/oracle/") : subject_range()
  message = "Oracle's client libraries need glibc: the driver stops with \"DPI-1047: Cannot locate a 64-bit Oracle Client library: Error loading shared library libnsl.so.1\", and with that installed with \"Error relocating libclntsh.so: getcontext: symbol not found\""

  fix "use a driver that needs no client library: python-oracledb and node-oracledb 6 in Thin mode, JDBC thin, go-ora" {
    safety = "manual"
  }
  fix "take a glibc image, such as ghcr.io/oracle/oraclelinux8-instantclient or the -slim tag" {
    safety = "manual"
  }
}
