/** Usage, prices and bills. */
package com.auterity.neuroweaver.costguard;
