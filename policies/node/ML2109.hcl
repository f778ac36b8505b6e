policy "ML2109" {
  name     = "prisma-schema-without-musl"
  title    = "schema.prisma names no Prisma engine for the musl image that generates the client"
  severity = "info"
  covers   = ["PRISMA_OPENSSL_MUSL"]
  links = [
    "https://www.prisma.io/docs/orm/prisma-schema/overview/generators#binary-targets",
    "https://github.com/prisma/prisma/issues/16901",
  ]

  match "command" {
    libc        = ["musl"]
    instruction = ["RUN"]
    name        = ["prisma"]
  }
  when = (
    stage.distro == "alpine" && !command.tolerated && contains([operand(0), command.subcommand], "generate") &&
    (stage.shipped || !file_text("(?i)^FROM .*(debian|ubuntu|slim|bookworm|bullseye|trixie|distroless|noble|jammy)")) &&
    getenv("PRISMA_CLI_BINARY_TARGETS") == "" &&
    length([
      for targets in context_texts(copied_from(flag("schema") != "" ? flag("schema") : "prisma/schema.prisma", flag("schema") != "" ? "" : "schema.prisma"), "(?m)^[ \t]*binaryTargets\\s*=\\s*(\\[[^\\]]*\\])") :
      targets if matches("\"[a-z]", targets) && !matches("\"native\"|env *\\(|\"linux-musl${stage.arch == "arm64" ? "-arm64" : ""}${!release_before("3.17") ? "-openssl-3[.]0[.]x" : stage.arch == "arm64" ? "-openssl-1[.]1[.]x" : ""}\"", targets)
    ]) > 0 &&
    # From version 7 on there is no such engine, and before 4.8 none for OpenSSL 3.
    length(context_texts(copied_from(flag("schema") != "" ? flag("schema") : "prisma/schema.prisma", flag("schema") != "" ? "" : "schema.prisma"), "(?m)^[ \t]*engineType\\s*=\\s*\"client\"")) == 0 &&
    !matches("^([7-9]|[1-9][0-9])([.]|$)|^([0-3]|4[.][0-7])[.]", try(
      context_texts(copied_from("package-lock.json"), "\"node_modules/(?:@prisma/client|prisma)\":\\s*\\{\\s*\"version\":\\s*\"([0-9.]+)")[0],
      context_texts(copied_from("package.json"), "\"(?:@prisma/client|prisma)\"\\s*:\\s*\"[\\^~>=v]*([0-9][0-9.]*)")[0],
    ""))
  )
  # Without a version it may be one that has no engines.
  severity_when "warning" {
    when = length(concat(
      context_texts(copied_from("package-lock.json"), "\"node_modules/(?:@prisma/client|prisma)\":\\s*\\{\\s*\"version\":\\s*\"([0-9.]+)"),
    context_texts(copied_from("package.json"), "\"(?:@prisma/client|prisma)\"\\s*:\\s*\"[\\^~>=v]*([0-9][0-9.]*)"))) > 0
  }

  once    = "stage"
  message = "the client is generated without an engine for ${stage.base_image}: Prisma Client could not locate the Query Engine for runtime \"linux-musl${stage.arch == "arm64" ? "-arm64" : ""}${!release_before("3.17") ? "-openssl-3.0.x" : stage.arch == "arm64" ? "-openssl-1.1.x" : ""}\""
  evidence = [
    note("these are the engines that it gets", context_range(copied_from(flag("schema") != "" ? flag("schema") : "prisma/schema.prisma", flag("schema") != "" ? "" : "schema.prisma"), "(?m)^[ \t]*(binaryTargets\\s*=\\s*\\[[^\\]]*\\])")),
  ]

  fix "target" {
    title  = "add the engine of this image to binaryTargets: linux-musl${stage.arch == "arm64" ? "-arm64" : ""}${!release_before("3.17") ? "-openssl-3.0.x" : stage.arch == "arm64" ? "-openssl-1.1.x" : ""}"
    safety = "unsafe"
    recipe = "add-prisma-target"
    with = {
      file   = copied_from(flag("schema") != "" ? flag("schema") : "prisma/schema.prisma", flag("schema") != "" ? "" : "schema.prisma")
      target = "linux-musl${stage.arch == "arm64" ? "-arm64" : ""}${!release_before("3.17") ? "-openssl-3.0.x" : stage.arch == "arm64" ? "-openssl-1.1.x" : ""}"
    }
  }
  fix "list \"native\" in binaryTargets, and generate the client in the image, or an image of the same Alpine, that runs it" {
    safety = "manual"
  }
}
