policy "ML1103" {
  name     = "go-kafka-musl-tag"
  title    = "confluent-kafka-go links a glibc librdkafka unless the musl tag is given"
  severity = "warning"
  covers   = ["GO_KAFKA_TAGS_MUSL"]
  links    = ["https://github.com/confluentinc/confluent-kafka-go/issues/454"]

  match "install" {
    manager = ["go"]
    package = ["*confluent-kafka-go*"]
    libc    = ["musl"]
  }
  # go get has built nothing since Go 1.18; and the library is bundled since v1.4.
  when = (
    !stage_text("(-tags|GOFLAGS)[^|;&\\n]*\\b(musl|dynamic)\\b") &&
    getenv("CGO_ENABLED") != "0" &&
    !matches("^v?(0|1\\.[0-3])\\.", package.spec) &&
    (command.subcommand == "install" ||
      runs("go build", "go install", "go test", "go run") ||
    !has_flag("d") && matches("^1\\.(\\d|1[0-7])(\\.|$)", stage.version))
  )

  message = "linking will fail: the bundled librdkafka_glibc_linux.a has undefined references to `__strdup', `getcontext' and others that musl lacks"

  fix "build with -tags musl (its librdkafka for musl comes with the module), and keep gcc and musl-dev" {
    when   = !runs("go build", "go test", "go run")
    safety = "unsafe"
    recipe = "set-flag"
    with   = { flag = ["-tags", "--tags"], value = "musl", append = "," }
  }
  fix "build everything here with -tags musl: ENV GOFLAGS=-tags=musl, and keep gcc and musl-dev" {
    when   = runs("go build", "go test", "go run") && !stage_text("-tags\\b|GOFLAGS")
    safety = "unsafe"
    recipe = "set-env"
    with   = { name = "GOFLAGS", value = "-tags=musl" }
  }
  fix "build with -tags dynamic after apk add librdkafka-dev pkgconf" {
    safety = "manual"
  }
}
