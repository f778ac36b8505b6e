policy "ML2106" {
  name     = "prisma-engine-for-glibc"
  title    = "Prisma is told to use an engine for another libc than the image's"
  severity = "warning"
  covers   = ["PRISMA_OPENSSL_MUSL"]
  links    = ["https://www.prisma.io/docs/orm/reference/environment-variables-reference"]

  match "env" {
    libc = ["musl"]
    name = ["PRISMA_CLI_BINARY_TARGETS", "PRISMA_QUERY_ENGINE_LIBRARY", "PRISMA_QUERY_ENGINE_BINARY", "PRISMA_SCHEMA_ENGINE_BINARY", "PRISMA_MIGRATION_ENGINE_BINARY"]
  }
  when = stage.shipped && env.known && matches("debian-openssl|rhel-openssl", env.value) && !matches("musl|native", env.value)

  at      = value_range()
  message = "${env.name} names an engine for glibc, and ${stage.base_image} has musl: \"Query engine library for current platform \"linux-musl\" could not be found\""

  fix "target" {
    title  = "name the engine of this image: ${stage.arch == "arm64" ? "linux-musl-arm64-openssl-3.0.x" : "linux-musl-openssl-3.0.x"}"
    when   = env.name == "PRISMA_CLI_BINARY_TARGETS" && env.known
    safety = "unsafe"
    edit {
      at   = value_range()
      with = "${stage.arch == "arm64" ? "linux-musl-arm64-openssl-3.0.x" : "linux-musl-openssl-3.0.x"}"
    }
  }
  fix "name the file of the engine for musl, or leave the variable out: Prisma finds its engine by itself" {
    when   = env.name != "PRISMA_CLI_BINARY_TARGETS" || !env.known
    safety = "manual"
  }
}
