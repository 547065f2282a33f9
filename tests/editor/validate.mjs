// Reads schemas and files from the command line's JSON, and prints which files ajv takes in its strict mode.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";

const { schemas, schema, files } = JSON.parse(readFileSync(0, "utf-8"));
const compiled = {};
for (const path of schemas) {
  const made = JSON.parse(readFileSync(path, "utf-8"));
  const Program = made.$schema.includes("2020") ? Ajv2020.default : Ajv.default;
  compiled[path] = new Program({ strict: true, allErrors: true }).compile(made);
}
const taken = files.map((text) => {
  try {
    return compiled[schema](parse(text));
  } catch {
    return false;
  }
});
console.log(JSON.stringify(taken));
