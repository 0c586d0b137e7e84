// Unpacks the pinned Chromium below TMPDIR and prints where it is and the flags it needs, as JSON.
import chromium from "@sparticuz/chromium";

chromium.setGraphicsMode = false;
console.log(JSON.stringify({ executable: await chromium.executablePath(), args: chromium.args }));
