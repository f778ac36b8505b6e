policy "ML2301" {
  name     = "jvm-glibc-natives"
  title    = "Spark, Flink and Kafka carry native libraries for glibc"
  severity = "info"
  covers   = ["JAVA_JNI_GLIBC"]
  links    = ["https://github.com/xerial/snappy-java/issues/579"]

  match "download" {
    url = [
      "*/spark-[0-9]*-bin-*", "*/spark-*-bin-*.tgz", "*/flink-*-bin-*.tgz", "*/kafka_2.*.tgz", "*/confluent-*.tar.gz", "*/apache-druid-*-bin.tar.gz",
      "*/apache-drill-*.tar.gz",
    ]
    libc = ["musl"]
  }
  when = stage.shim == "" && !stage_text("gcompat|libc6-compat|java-snappy|glibc")

  once = "stage"
  message = (matches("flink", download.file) ?
    "Flink's RocksDB and Snappy libraries are for glibc; a job that needs them ends in UnsatisfiedLinkError: Error loading shared library ld-linux-x86-64.so.2" :
  "what this brings of snappy-java before 1.1.10.8 is for glibc; data compressed with Snappy ends in UnsatisfiedLinkError: Error loading shared library ld-linux-x86-64.so.2")

  fix "run it on a glibc JRE: eclipse-temurin:21-jre" {
    safety = "unsafe"
    recipe = "change-base"
    with   = { to = "glibc" }
  }
  fix "apk add gcompat libstdc++, or java-snappy and -Dorg.xerial.snappy.use.systemlib=true" {
    safety = "manual"
  }
}
