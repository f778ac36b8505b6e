policy "ML2404" {
  name     = "dotnet-grpc-tools"
  title    = "Grpc.Tools brings protoc and its plugin for glibc"
  severity = "warning"
  covers   = ["DOTNET_GRPC_TOOLS"]
  links    = ["https://github.com/grpc/grpc/issues/24188"]

  match "command" {
    name = ["cd", "cp", "mv", "ln", "rm", "chmod", "patchelf", "sed", "ls"]
    libc = ["musl"]
  }
  when = has_word("(?i)grpc\\.tools/.*linux_|linux_(x64|arm64|x86)/(protoc|grpc_csharp_plugin)")

  once    = "stage"
  at      = word_range("(?i)grpc\\.tools/.*linux_|linux_(x64|arm64|x86)/(protoc|grpc_csharp_plugin)")
  message = "protoc and grpc_csharp_plugin of Grpc.Tools are for glibc: error MSB6003: The specified task executable \"tools/linux_x64/protoc\" could not be run. No such file or directory"

  fix "apk add protobuf grpc-plugins, and ENV PROTOBUF_PROTOC=/usr/bin/protoc GRPC_PROTOC_PLUGIN=/usr/bin/grpc_csharp_plugin: Grpc.Tools takes both from there" {
    safety = "manual"
  }
  fix "publish in the Debian SDK image and copy the result: generated code has no libc" {
    safety = "manual"
  }
}
