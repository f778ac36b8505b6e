policy "ML2304" {
  name     = "jvm-fontconfig"
  title    = "A Java program that draws text needs fontconfig and a font"
  severity = "info"
  default  = false
  covers   = ["JAVA_FONTCONFIG"]
  links    = ["https://github.com/corretto/corretto-11/issues/326"]

  match "command" {
    name        = ["java"]
    instruction = ["ENTRYPOINT", "CMD"]
    libc        = ["musl"]
  }
  when = stage.shipped && !stage_text("fontconfig|ttf-|font-|freetype")

  once    = "file"
  message = "should the program draw text (PDF, Excel, images, AWT), it fails, for there is no fontconfig and no font here: Fontconfig head is null (Java 8: NullPointerException at sun.awt.FontConfiguration.getVersion)"

  fix "apk add fontconfig ttf-dejavu" {
    safety = "unsafe"
    recipe = "add-packages"
    with   = { packages = ["fontconfig", "ttf-dejavu"], needed = "run" }
  }
}
