/** Names of metrics that rules are written on, in the one place from which the exposition has them too. */

export const metricNames = {
  checkRuns: 'vedette_check_runs_total',
  objectiveKept: 'vedette_objective_kept',
  objectiveRatio: 'vedette_objective_ratio',
  objectiveTarget: 'vedette_objective_target_ratio',
  objectiveDuration: 'vedette_objective_duration_seconds',
  objectiveDurationLimit: 'vedette_objective_duration_limit_seconds',
  objectiveBudget: 'vedette_objective_error_budget_remaining_ratio',
  objectiveBurn: 'vedette_objective_burn_rate',
  objectiveCoverage: 'vedette_objective_coverage_ratio',
} as const
