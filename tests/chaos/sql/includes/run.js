// The run date as a SQL literal.
module.exports = { date: `DATE '${dataform.projectConfig.vars.run_date}'` };
