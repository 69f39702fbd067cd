import { describe, expect, it } from "vitest";
import { cnpjCheckDigits, formatCnpj, isCnpj, maskCnpj, parseCnpj } from "./cnpj";

describe("a CNPJ", () => {
  it.each([
    "12ABC34501DE35",
    "11222333000181",
    "00000000000191",
    "AAAAAAAAAAAA45",
    "ZZZZZZZZZZZZ62",
    "A1B2C3D4000193",
    "11111111111180",
  ])("accepts %s", (cnpj) => {
    expect(isCnpj(cnpj)).toBe(true);
  });

  it.each([
    ["a repeated digit whose check digits close", "00000000000000"],
    ["a wrong check digit", "12ABC34501DE36"],
    ["a letter as check digit", "12ABC34501DE3A"],
    ["13 positions", "1122233300018"],
    ["15 positions", "112223330001811"],
    ["an accented letter", "12ÁBC34501DE35"],
    ["lower case, which is not canonical", "12abc34501de35"],
    ["nothing", ""],
  ])("refuses %s", (_, cnpj) => {
    expect(isCnpj(cnpj)).toBe(false);
  });

  it("computes the check digits of the alphanumeric headquarters", () => {
    expect(cnpjCheckDigits("12ABC3450001")).toBe("88");
  });

  it("is read from lower case and from its mask", () => {
    expect(parseCnpj(" 12.abc.345/01de-35 ")).toBe("12ABC34501DE35");
    expect(parseCnpj("11222333000181")).toBe("11222333000181");
  });

  it.each(["12.ABC.345/01DE-36", "12.ABC345/01DE-35", "abc", "12ıbc34501de35"])(
    "is not read from %s",
    (typed) => {
      expect(parseCnpj(typed)).toBeNull();
    },
  );

  it("is written with its mask, letters kept", () => {
    expect(formatCnpj("12ABC34501DE35")).toBe("12.ABC.345/01DE-35");
  });

  it("hides the root's first characters and the check digits", () => {
    expect(maskCnpj("11222418000181")).toBe("••.•••.418/0001-••");
    expect(maskCnpj("12ABC34501DE35")).toBe("••.•••.345/01DE-••");
  });
});
