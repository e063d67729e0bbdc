import '../sql-runner/dialect/translate.ts'
