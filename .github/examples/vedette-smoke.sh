#!/bin/sh
# A smoke gate for any CI server: call it after the deployment, in the folder of vedette.config.ts.
#   ENVIRONMENT=staging REVISION=$(git rev-parse HEAD) ROLLBACK=./deploy/rollback.sh sh vedette-smoke.sh
set -u

npx vedette smoke \
  --env "${ENVIRONMENT:?the environment to look at}" \
  --expect-revision "${REVISION:?the revision that was deployed}" \
  --wait "${WAIT:-5m}" \
  --reporter console \
  --reporter junit=vedette-report.xml \
  --on-no-go "${ROLLBACK:?the command that takes the release back}"
code=$?

case $code in
  0) echo "The release stays." ;;
  1) echo "The release failed a check; the rollback was called." ;;
  2) echo "The gate is set up wrongly: nothing is known about the release." ;;
  3) echo "The checks could not tell: nothing is known about the release. Look before you repeat." ;;
  4) echo "Another revision is live than the one deployed, or the fleet is mixed." ;;
  130 | 143) echo "The gate was interrupted." ;;
  *) echo "The gate broke." ;;
esac
exit $code
